// The editors' toolbar: named groups of buttons, and a line that says what happened.
import { h } from '../shared/dom.js';
import { word } from '../i18n/workbench.js';

export class Toolbar {
  constructor({ fileName, backUrl }) {
    this.buttons = {};
    this.groups = h('div', { class: 'kfe-groups' });
    this.status = h('span', { class: 'kfe-status', role: 'status' });
    this.element = h('div', { class: 'kfe-toolbar', role: 'toolbar', 'aria-label': fileName },
      backUrl && h('a', { class: 'btn btn-sm', href: backUrl }, word('back')),
      h('strong', { class: 'kfe-file' }, fileName), this.groups, this.status);
  }

  /** `[[key, act, look?], …]`: `look` is `{icon}` for a small button, `{primary}` for the main one. */
  addGroup(entries) {
    const group = h('div', { class: 'btn-group' });
    for (const [key, act, { icon, primary } = {}] of entries) {
      const label = word(key);
      this.buttons[key] = h('button', {
        type: 'button', class: `btn btn-sm${primary ? ' btn-primary' : ''}`, 'data-action': key, onclick: act,
        title: icon && label, 'aria-label': icon && label,
      }, icon ?? label);
      group.append(this.buttons[key]);
    }
    this.groups.append(group);
  }

  enable(key, enabled) {
    if (this.buttons[key]) this.buttons[key].disabled = !enabled;
  }

  say(text, kind = '') {
    this.status.textContent = text;
    this.status.dataset.kind = kind;
  }
}
