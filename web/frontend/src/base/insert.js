// <button data-pick-text="url">: a list of phrases and articles to search; what is picked goes to where one was typing.
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';

const QUIET_MS = 250;
const TEXT = 'textarea, input[type=text], input:not([type])';
let last = null;

document.addEventListener('focusin', ({ target }) => {
  if (target.matches?.(TEXT) && !target.closest('dialog, [role=search], header')) last = target;
});

/** The field one was in, else the first that this page offers to write in. */
function field() {
  if (last?.isConnected) return last;
  return [...document.querySelectorAll('main textarea')].find((each) => each.getClientRects().length) ?? null;
}

function insert(text) {
  const target = field();
  if (!target) return;
  target.focus();
  const before = target.value && target.selectionStart > 0 && !/\s$/.test(target.value.slice(0, target.selectionStart)) ? '\n' : '';
  const line = target.matches('input') ? text.replace(/\s*\n\s*/g, ' ') : before + text;
  target.setRangeText(line, target.selectionStart, target.selectionEnd, 'end');
  target.dispatchEvent(new Event('input', { bubbles: true }));
}

function open(url) {
  const target = field();
  const list = h('ul', { class: 'list-group list-group-flush kf-pick-list' });
  const search = h('input', { type: 'search', class: 'form-control mb-2', 'aria-label': pick('搜索常用语和文章', 'Search phrases and articles'), placeholder: pick('搜索常用语和文章', 'Search phrases and articles') });
  const close = () => { dialog.close(); dialog.remove(); target?.focus(); };
  const dialog = h('dialog', { class: 'kf-dialog kf-pick-dialog', 'aria-label': pick('插入常用语或知识', 'Insert a phrase or an article'), oncancel: close },
    search, list, h('div', { class: 'kf-dialog-buttons mt-2' }, h('button', { type: 'button', class: 'btn', onclick: close }, pick('关闭', 'Close'))));
  const load = async () => {
    const asked = new URL(url, location.href);
    asked.searchParams.set('q', search.value);
    const answer = await fetch(asked, { credentials: 'same-origin' }).catch(() => null);
    if (answer?.ok && !answer.redirected) list.innerHTML = await answer.text();
    else list.replaceChildren(h('li', { class: 'list-group-item text-danger' }, pick('读取失败，请稍后再试。', 'It could not be read; please try again.')));
  };
  let timer = null;
  search.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(load, QUIET_MS); });
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target !== search) return;
    event.preventDefault();
    list.querySelector('[data-insert-text]')?.click();
  });
  list.addEventListener('click', ({ target: clicked }) => {
    const button = clicked.closest('[data-insert-text]');
    if (!button) return;
    close();
    last = target ?? last;
    insert(button.dataset.insertText);
  });
  document.body.append(dialog);
  dialog.showModal();
  load();
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest?.('[data-pick-text]');
  if (button) open(button.dataset.pickText);
});
