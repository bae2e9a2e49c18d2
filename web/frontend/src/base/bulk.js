// <form data-bulk="#list">: acts on what is picked in a list; it shows itself once something is.

function picks() {
  return [...document.querySelectorAll('[data-row-pick]')];
}

function show() {
  const bar = document.querySelector('[data-bulk]');
  if (!bar) return;
  const chosen = picks().filter((box) => box.checked).length;
  bar.classList.toggle('kf-bulk-idle', chosen === 0);
  const count = bar.querySelector('[data-bulk-count]');
  if (chosen) count.textContent = count.dataset.one.replace('{n}', chosen);
  const all = document.querySelector('[data-pick-all]');
  if (all) {
    all.checked = chosen > 0 && chosen === picks().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-pick-all]')) picks().forEach((box) => { box.checked = target.checked; });
  if (target.matches('[data-pick-all], [data-row-pick]')) show();
});
// One menu of the bar at a time, and none when the reader goes elsewhere.
document.addEventListener('click', ({ target }) => {
  document.querySelectorAll('details.kf-menu[open]').forEach((menu) => { if (!menu.contains(target)) menu.removeAttribute('open'); });
});
document.addEventListener('kf:content', show);
window.addEventListener('pageshow', show);
show();
