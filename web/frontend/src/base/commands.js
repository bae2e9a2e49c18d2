// Ctrl+K: whatever this page offers, every page of the menu and every search, found by typing a part of its name.
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';
import { offers } from './keys.js';

const AT_MOST = 12;

function places() {
  return [...document.querySelectorAll('header nav a[href], header [data-command], main [data-command]')].map((link) => ({
    label: link.textContent.trim(),
    key: link.dataset.goto && `g ${link.dataset.goto}`,
    run: () => link.click(),
  }));
}

/** What to do with the words themselves: look for them where the menu says that one can. */
function searches(words) {
  if (!words) return [];
  return [...document.querySelectorAll('header nav a[data-search]')].map((link) => ({
    label: pick(`在“${link.textContent.trim()}”中搜索：${words}`, `Search ${link.textContent.trim()} for: ${words}`),
    run: () => location.assign(`${link.href}?${new URLSearchParams({ q: words })}`),
  }));
}

function matching(words) {
  const parts = words.toLowerCase().split(/\s+/);
  const known = [...offers(), ...places()].filter(({ label }) => parts.every((part) => label.toLowerCase().includes(part)));
  return [...known.slice(0, AT_MOST), ...searches(words)];
}

class CommandBar {
  constructor() {
    this.before = document.activeElement;
    const name = pick('命令', 'Commands');
    const hint = pick('输入要做的事、页面，或要找的内容', 'Type what to do, where to go, or what to find');
    this.list = h('ul', { class: 'list-group list-group-flush kf-pick-list', role: 'listbox', id: 'kf-commands', 'aria-label': name });
    this.input = h('input', {
      class: 'form-control mb-2', role: 'combobox', autocomplete: 'off', placeholder: hint, 'aria-label': hint,
      'aria-expanded': 'true', 'aria-controls': 'kf-commands', oninput: () => this.show(), onkeydown: (event) => this.onKey(event),
    });
    this.dialog = h('dialog', { class: 'kf-dialog kf-pick-dialog kf-command-bar', 'aria-label': name, oncancel: () => this.close() }, this.input, this.list);
    this.dialog.addEventListener('click', ({ target }) => target === this.dialog && this.close());
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.show();
  }

  show() {
    this.found = matching(this.input.value.trim());
    this.list.replaceChildren(...this.found.map(({ label, key }, place) => h(
      'li', { class: 'list-group-item list-group-item-action d-flex py-2', role: 'option', id: `kf-command-${place}`, onclick: () => this.run(place) },
      h('span', { class: 'me-auto' }, label), key && h('kbd', { class: 'align-self-center' }, key),
    )));
    if (!this.found.length) this.list.append(h('li', { class: 'list-group-item text-secondary', role: 'option', 'aria-disabled': 'true' }, pick('没有找到', 'Nothing found')));
    this.choose(0);
  }

  choose(place) {
    this.place = Math.min(Math.max(place, 0), this.found.length - 1);
    [...this.list.children].forEach((option, each) => {
      option.classList.toggle('active', each === this.place);
      option.setAttribute('aria-selected', String(each === this.place));
    });
    this.input.setAttribute('aria-activedescendant', this.found.length ? `kf-command-${this.place}` : '');
    this.list.children[this.place]?.scrollIntoView({ block: 'nearest' });
  }

  onKey(event) {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (moves[event.key]) this.choose(this.place + moves[event.key]);
    else if (event.key === 'Enter') this.run(this.place);
    else return;
    event.preventDefault();
  }

  run(place) {
    const command = this.found[place];
    if (!command) return;
    this.close();
    command.run();
  }

  // What is chosen acts on where one was.
  close() {
    this.dialog.close();
    this.dialog.remove();
    this.before?.focus?.({ preventScroll: true });
  }
}

const isOpen = () => Boolean(document.querySelector('dialog[open]'));

document.addEventListener('keydown', (event) => {
  if (event.key?.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || isOpen()) return;
  event.preventDefault();
  new CommandBar();
});
document.addEventListener('click', ({ target }) => {
  if (target.closest?.('[data-show-commands]')) new CommandBar();
});
