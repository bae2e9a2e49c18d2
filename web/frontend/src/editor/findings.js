// The list of findings under an editor; a click leads to the element.
import { h } from '../shared/dom.js';
import { isEnglish } from '../shared/language.js';
import { word } from '../i18n/workbench.js';

const ORDER = ['error', 'warning', 'info'];
const COLOURS = { error: 'bg-red text-red-fg', warning: 'bg-orange text-orange-fg', info: 'bg-blue text-blue-fg' };

/** The list in either of the shapes that the server may answer with. */
export function findingsOf(body) {
  const list = Array.isArray(body) ? body : (body?.findings ?? []);
  return [...list].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

function inLanguage(finding, key) {
  return isEnglish ? finding[key] : finding[`${key}_zh`] || finding[key];
}

function place({ element_name: name, element_id: id, line }) {
  const where = [name || id, line && word('line', { line })].filter(Boolean);
  return where.join(' · ');
}

function row(finding, onChoose) {
  const hint = inLanguage(finding, 'hint');
  const choose = h('button', { type: 'button', class: 'kfe-finding', 'data-element': finding.element_id, onclick: () => onChoose(finding) },
    h('span', { class: `badge ${COLOURS[finding.severity] ?? ''}` }, word(ORDER.includes(finding.severity) ? finding.severity : 'info')),
    h('span', { class: 'kfe-finding-place' }, place(finding)),
    h('span', {}, inLanguage(finding, 'message'), hint && h('span', { class: 'kfe-hint' }, ` ${hint}`)),
    h('code', {}, finding.code ?? ''));
  return h('li', {}, choose);
}

export class FindingsPanel {
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.element = h('section', { class: 'kfe-findings', hidden: true, 'aria-label': word('findings') });
  }

  show(findings) {
    const close = h('button', { type: 'button', class: 'btn-close', 'aria-label': word('close'), onclick: () => this.hide() });
    const head = h('header', {}, h('strong', {}, `${word('findings')}（${findings.length}）`), close);
    this.element.replaceChildren(head, h('ul', {}, ...findings.map((finding) => row(finding, this.onChoose))));
    this.element.hidden = findings.length === 0;
  }

  hide() {
    this.element.hidden = true;
  }
}
