// Runs before the first paint, as a classic script: light or dark must not flash.
(() => {
  const chosen = localStorage.getItem('kf-theme');
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.bsTheme = dark ? 'dark' : 'light';
})();
