// Keys for everything that a page offers: whatever carries data-key is pressed by it, and `?` lists them all.
//
// [data-key="c"] a button or link is clicked, a field is focused; data-key-label says what it is called in the list.
// [data-rows] holds [data-row]s: j and k go through them, o or Enter opens, e opens the case, x picks.
// A person may turn single keys off: assistive technology and speech input send them too (WCAG 2.1.4).
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';

const OFF = 'kf-keys-off';
const TYPING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .djs-container, .cm-editor';
const GOTO_MS = 1500;
let goto = 0;

const isOff = () => localStorage.getItem(OFF) === 'yes';
const hasBox = (element) => element.getClientRects().length > 0;
// What a closed <details> hides is opened by its key.
const isShown = (element) => hasBox(element) || [element.closest('details:not([open])')].some((each) => each && hasBox(each));
const isTyping = ({ target }) => target instanceof Element && target.closest(TYPING);

function targets(key) {
  return [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(isShown);
}

function press(element) {
  if (element.matches('input, textarea, select')) {
    element.closest('details')?.setAttribute('open', '');
    element.focus();
    element.select?.();
  } else {
    element.click();
    const opened = element.closest('summary')?.parentElement;
    if (opened) setTimeout(() => opened.querySelector('select, input, textarea')?.focus());
  }
}

/** The row that has the focus, or the one marked as the current. */
function rowNow() {
  return document.activeElement?.closest?.('[data-row]') ?? document.querySelector('[data-row].kf-row-now');
}

function goToRow(step) {
  const rows = [...document.querySelectorAll('[data-rows] [data-row]')];
  if (!rows.length) return;
  const now = rows.indexOf(rowNow());
  const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
  rows.forEach((row) => row.classList.toggle('kf-row-now', row === next));
  next.querySelector('[data-row-open], [data-row-case]')?.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function inRow(selector) {
  rowNow()?.querySelector(selector)?.click();
}

/** An act on what is picked: without a pick, on the row one stands on. */
function pickRowFirst(element) {
  if (!element.closest('[data-bulk]') || document.querySelector('[data-row-pick]:checked')) return true;
  const box = rowNow()?.querySelector('[data-row-pick]');
  if (!box) return false;
  box.click();
  return true;
}

const ROW_KEYS = {
  j: () => goToRow(1),
  k: () => goToRow(-1),
  o: () => inRow('[data-row-open]'),
  e: () => inRow('[data-row-case]'),
  x: () => inRow('[data-row-pick]'),
};
const ROW_HELP = [
  ['j', '下一行', 'Next row'], ['k', '上一行', 'Previous row'], ['o / Enter', '打开任务', 'Open the task'],
  ['e', '打开工单', 'Open the case'], ['x', '勾选', 'Pick'],
];

/** What this page offers: each act with its key, its name, and the act itself. */
export function offers() {
  const found = new Map();
  for (const element of document.querySelectorAll('[data-key]')) {
    const key = element.dataset.key;
    if (found.has(key) || !(isShown(element) || element.closest('[data-bulk], .navbar'))) continue;
    const label = element.dataset.keyLabel || element.textContent.trim();
    found.set(key, { key, label, run: () => pickRowFirst(element) && press(element) });
  }
  return [...found.values()];
}

function helpRows() {
  const rows = document.querySelector('[data-row]') ? ROW_HELP.map(([key, zh, en]) => [key, pick(zh, en)]) : [];
  rows.push(...offers().map(({ key, label }) => [key, label]));
  for (const element of document.querySelectorAll('[data-goto]')) {
    rows.push([`g ${element.dataset.goto}`, element.textContent.trim()]);
  }
  rows.push(['Ctrl+K', pick('命令：输入名称就能做、去、找', 'Commands: do, go or find by typing a name')]);
  rows.push(['Ctrl+Enter', pick('提交正在填写的内容', 'Send what is being filled in')], ['Esc', pick('离开输入框或关闭', 'Leave a field, close')]);
  return rows;
}

export function showKeys() {
  if (document.querySelector('dialog.kf-keys')) return;
  const close = () => { dialog.close(); dialog.remove(); };
  const table = h('table', { class: 'table table-sm' }, h('tbody', {},
    ...helpRows().map(([key, label]) => h('tr', {}, h('th', { scope: 'row', class: 'text-nowrap' }, h('kbd', {}, key)), h('td', {}, label)))));
  const off = h('input', { type: 'checkbox', class: 'form-check-input', checked: isOff(), onchange: ({ target }) => {
    localStorage.setItem(OFF, target.checked ? 'yes' : 'no');
  } });
  const dialog = h('dialog', { class: 'kf-dialog kf-keys', 'aria-labelledby': 'kf-keys-title', oncancel: close },
    h('h2', { id: 'kf-keys-title', class: 'h3' }, pick('键盘快捷键', 'Keyboard shortcuts')),
    table,
    h('label', { class: 'form-check' }, off, h('span', { class: 'form-check-label' }, pick('关闭单键快捷键（? 除外）', 'Turn single keys off (but for ?)'))),
    h('div', { class: 'kf-dialog-buttons' }, h('button', { type: 'button', class: 'btn btn-primary', onclick: close }, pick('关闭', 'Close'))));
  document.body.append(dialog);
  dialog.showModal();
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && isTyping(event)) return leave(event.target);
  if (isTyping(event) || document.querySelector('dialog[open]')) return;
  if (event.key === '?') return run(event, showKeys);
  if (isOff()) return;
  if (Date.now() < goto) {
    goto = 0;
    const link = document.querySelector(`[data-goto="${CSS.escape(event.key)}"]`);
    if (link) run(event, () => link.click());
    return;
  }
  if (event.key === 'g') { goto = Date.now() + GOTO_MS; return; }
  if (ROW_KEYS[event.key] && document.querySelector('[data-rows] [data-row]')) return run(event, ROW_KEYS[event.key]);
  const hidden = document.querySelector(`[data-bulk] [data-key="${CSS.escape(event.key)}"]`);
  if (hidden && pickRowFirst(hidden)) return run(event, () => press(hidden));
  const [found] = targets(event.key);
  if (found) run(event, () => press(found));
}

function run(event, act) {
  event.preventDefault();
  act();
}

/** Out of a field, to what holds it: there single keys are commands again, and Tab goes on from there. */
function leave(field) {
  const place = field.closest('form, section, main');
  if (!place) return field.blur();
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

/** A form is sent from within any of its fields, also one that takes Enter for itself. */
function submitTyped(event) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest?.('form');
  const scripted = event.target.closest?.('[data-form]');
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  // form-js takes over what is typed when the field loses focus.
  if (scripted) scripted.querySelector('button[type=submit]')?.focus();
  form.requestSubmit(scripted ? undefined : form.querySelector('button:not([type=button])') ?? undefined);
}

document.addEventListener('keydown', submitTyped, true);
document.addEventListener('keydown', onKey);
document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-show-keys]')) showKeys();
});
