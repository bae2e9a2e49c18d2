// Where the focus is when a page opens after an act: at what is said about it, so that Tab goes on from there.

function isTaken() {
  return document.activeElement !== document.body || document.querySelector('[autofocus]');
}

function arrive() {
  if (isTaken()) return;
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const place = named || document.querySelector('main .alert[role]');
  if (!place) return;
  if (!place.matches('a, button, input, select, textarea, summary')) place.tabIndex = -1;
  place.focus({ preventScroll: Boolean(named) });
}

arrive();
