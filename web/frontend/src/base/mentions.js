// <textarea data-mentions='[["user name", "shown name"], ...]'>: a list of names opens while an @mention is typed.
//
// Arrows choose, Enter or Tab takes, Escape closes; the focus stays in the text, as ARIA's combobox pattern asks.
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';

const TYPED = /[@\uff20]([^\s@\uff20]{0,20})$/;
const AT_MOST = 8;

/** The names that begin with what is typed, or hold it; each once. */
function matching(people, typed) {
  const wanted = typed.toLowerCase();
  const found = people.filter((names) => names.some((name) => name.toLowerCase().includes(wanted)));
  const begins = (names) => names.some((name) => name.toLowerCase().startsWith(wanted));
  return [...found.filter(begins), ...found.filter((names) => !begins(names))].slice(0, AT_MOST);
}

class Mentions {
  constructor(text) {
    this.text = text;
    this.people = JSON.parse(text.dataset.mentions || '[]');
    this.list = h('ul', { class: 'list-group kf-mentions', role: 'listbox', id: `${text.id}-mentions`, hidden: true, 'aria-label': pick('提到谁', 'Whom to mention') });
    this.told = h('span', { class: 'visually-hidden', role: 'status' });
    this.list.addEventListener('mousedown', (event) => {
      event.preventDefault();
      const option = event.target.closest('[role=option]');
      if (option) this.take(option);
    });
    text.after(this.list, this.told);
    text.setAttribute('aria-autocomplete', 'list');
    text.setAttribute('aria-controls', this.list.id);
  }

  typed() {
    return TYPED.exec(this.text.value.slice(0, this.text.selectionStart));
  }

  offer() {
    const typed = this.typed();
    const found = typed ? matching(this.people, typed[1]) : [];
    if (!found.length) return this.close();
    this.list.replaceChildren(...found.map(([user, shown], index) => h('li',
      { class: 'list-group-item list-group-item-action py-1', role: 'option', id: `${this.list.id}-${index}`, 'data-name': shown, 'aria-selected': 'false' },
      shown, ' ', h('span', { class: 'text-secondary small' }, user))));
    this.list.hidden = false;
    this.told.textContent = pick(`${found.length} 个姓名，上下键选择，回车填入`, `${found.length} names; arrows choose, Enter takes`);
    this.choose(this.list.firstElementChild);
  }

  choose(option) {
    this.chosen?.setAttribute('aria-selected', 'false');
    this.chosen?.classList.remove('active');
    this.chosen = option;
    option.setAttribute('aria-selected', 'true');
    option.classList.add('active');
    this.text.setAttribute('aria-activedescendant', option.id);
  }

  take(option) {
    const { text } = this;
    const end = text.selectionStart;
    text.setRangeText(`${option.dataset.name} `, end - this.typed()[1].length, end, 'end');
    text.dispatchEvent(new Event('input', { bubbles: true }));
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.told.textContent = '';
    this.chosen = null;
    this.text.removeAttribute('aria-activedescendant');
  }

  /** True when the key was for the list. */
  press(key) {
    if (this.list.hidden) return false;
    const { children } = this.list;
    const at = [...children].indexOf(this.chosen);
    if (key === 'ArrowDown') this.choose(children[(at + 1) % children.length]);
    else if (key === 'ArrowUp') this.choose(children[(at + children.length - 1) % children.length]);
    else if (key === 'Enter' || key === 'Tab') this.take(this.chosen);
    else if (key === 'Escape') this.close();
    else return false;
    return true;
  }
}

const known = new WeakMap();
const mentionsOf = ({ target }) => {
  if (!target.matches?.('textarea[data-mentions]')) return null;
  if (!known.has(target)) known.set(target, new Mentions(target));
  return known.get(target);
};

document.addEventListener('input', (event) => { if (!event.isComposing) mentionsOf(event)?.offer(); });
document.addEventListener('compositionend', (event) => mentionsOf(event)?.offer());
document.addEventListener('focusout', (event) => mentionsOf(event)?.close());
document.addEventListener('keydown', (event) => {
  if (event.isComposing || !mentionsOf(event)?.press(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
}, true);
