// What buttons and forms ask for by attribute: theme, confirmation, copying, one submit only, submit on change.
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';

function toggleTheme() {
  const root = document.documentElement;
  root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('kf-theme', root.dataset.bsTheme);
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.textContent;
  button.textContent = pick('已复制', 'Copied');
  setTimeout(() => { button.textContent = before; }, 1500);
}

/** Ask in a modal dialog; resolves to whether the answer was yes. */
export function confirmed(question) {
  return new Promise((resolve) => {
    const close = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const dialog = h('dialog', { class: 'kf-dialog', oncancel: () => close(false) },
      h('p', {}, question),
      h('div', { class: 'kf-dialog-buttons' },
        h('button', { type: 'button', class: 'btn', onclick: () => close(false) }, pick('取消', 'Cancel')),
        h('button', { type: 'button', class: 'btn btn-primary', onclick: () => close(true) }, pick('确定', 'OK'))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

const answered = new WeakSet();

async function askFirst(event, button) {
  if (answered.delete(button)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await confirmed(button.dataset.confirm))) return;
  answered.add(button);
  button.click();
}

// In the capturing phase: an unanswered question must stop htmx's own listeners too.
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-confirm], [data-theme-toggle], [data-copy]');
  if (!button) return;
  if (button.dataset.confirm) askFirst(event, button);
  else if (button.hasAttribute('data-theme-toggle')) toggleTheme();
  else copy(button);
}, true);

const SENDS = ':is([type=submit], button:not([type]))';

document.addEventListener('submit', ({ target, defaultPrevented }) => {
  if (defaultPrevented || !target.matches('form[data-once]')) return;
  // After this turn: a disabled button's own name and value would not be sent.
  setTimeout(() => target.querySelectorAll(SENDS).forEach((b) => { b.disabled = true; }));
});
// Back from the page cache the form can be sent again.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) document.querySelectorAll(`form[data-once] ${SENDS}:disabled`).forEach((b) => { b.disabled = false; });
});

// Who chooses by keys walks past what they do not want, and keeps their place: they send the form by its button or Enter.
let byKeys = false;
document.addEventListener('keydown', () => { byKeys = true; }, true);
document.addEventListener('pointerdown', () => { byKeys = false; }, true);
document.addEventListener('change', ({ target }) => {
  if (byKeys || !target.matches('form[data-autosubmit] select, form[data-autosubmit] [type=checkbox]')) return;
  target.form.requestSubmit();
});
