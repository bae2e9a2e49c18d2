// What the three editors share: load, check, deploy, download, open a file, and the guard for what is not deployed.
//
// An editor gives `{load(text), save() → text, undo(), redo(), canUndo(), canRedo(), revision(), onChange(f), focus(finding),
// mark(findings), zoom?(step), fit?(), extras?: [[key, act]]}`.
import './editor.css';

import { h } from '../shared/dom.js';
import { send, sentenceFor } from '../shared/request.js';
import { word } from '../i18n/workbench.js';
import { findingsOf, FindingsPanel } from './findings.js';
import { Toolbar } from './toolbar.js';

/** How long a panel waits for the next key before it takes over what was typed: the editors give it to their libraries. */
export const TYPING_PAUSE_MS = 150;

/** Nothing that was typed just before a button was pressed may be left out. */
function typingTakenOver() {
  return new Promise((resolve) => { setTimeout(resolve, TYPING_PAUSE_MS + 50); });
}

export class Workbench {
  constructor(element, { fileName, contentType, blank }) {
    this.options = element.dataset;
    this.fileName = element.dataset.fileName || fileName;
    this.contentType = contentType;
    this.blank = blank;
    this.body = h('div', { class: 'kfe-body' });
    this.toolbar = new Toolbar({ fileName: this.fileName, backUrl: element.dataset.backUrl });
    this.findings = new FindingsPanel((finding) => this.editor.focus(finding));
    element.classList.add('kfe');
    element.replaceChildren(this.toolbar.element, this.body, this.findings.element);
    this.element = element;
  }

  async start(editor) {
    this.editor = editor;
    this.addButtons();
    editor.onChange(() => this.refresh());
    addEventListener('beforeunload', (event) => this.isChanged() && event.preventDefault());
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    await this.open(await this.initialText());
    this.element.dataset.ready = '';
  }

  addButtons() {
    const { checkUrl, deployUrl } = this.options;
    const { editor, toolbar } = this;
    const main = [];
    if (checkUrl) main.push(['check', () => this.check()]);
    if (deployUrl) main.push(['deploy', () => this.deploy(), { primary: true }]);
    if (main.length) toolbar.addGroup(main);
    toolbar.addGroup([['undo', () => editor.undo(), { icon: '↶' }], ['redo', () => editor.redo(), { icon: '↷' }]]);
    if (editor.zoom) {
      toolbar.addGroup([
        ['zoomOut', () => editor.zoom(-1), { icon: '−' }],
        ['fit', () => editor.fit(), { icon: '⤢' }],
        ['zoomIn', () => editor.zoom(1), { icon: '+' }],
      ]);
    }
    toolbar.addGroup([['download', () => this.download()], ['upload', () => this.upload()]]);
    if (editor.extras?.length) toolbar.addGroup(editor.extras);
  }

  async initialText() {
    if (!this.options.xmlUrl) return this.blank;
    const response = await fetch(this.options.xmlUrl, { credentials: 'same-origin' }).catch(() => null);
    if (response?.ok) return response.text();
    this.toolbar.say(word('loadFailed') + sentenceFor(response?.status ?? 0), 'error');
    return null;
  }

  async open(text, { changed = false } = {}) {
    if (text == null) return;
    try {
      await this.editor.load(text);
    } catch (error) {
      this.toolbar.say(word('unreadable') + error.message, 'error');
      return;
    }
    this.deployed = changed ? null : this.editor.revision();
    this.findings.hide();
    this.refresh();
  }

  isChanged() {
    return this.deployed !== undefined && this.deployed !== this.editor.revision();
  }

  refresh() {
    this.toolbar.enable('undo', this.editor.canUndo());
    this.toolbar.enable('redo', this.editor.canRedo());
    this.toolbar.say(this.isChanged() ? word('changed') : '', 'changed');
  }

  async text() {
    await typingTakenOver();
    return this.editor.save();
  }

  async post(url) {
    const headers = { 'Content-Type': this.contentType, 'X-File-Name': encodeURIComponent(this.fileName) };
    this.setBusy(true);
    const body = await this.text();
    const revision = this.editor.revision();
    this.toolbar.say(word('busy'));
    const answer = await send(url, { method: 'POST', csrf: this.options.csrf, headers, body });
    this.setBusy(false);
    return { ...answer, revision };
  }

  setBusy(busy) {
    this.toolbar.enable('check', !busy);
    this.toolbar.enable('deploy', !busy);
  }

  async check() {
    const answer = await this.post(this.options.checkUrl);
    if (!answer.ok && !answer.body?.findings) return this.toolbar.say(answer.message, 'error');
    const findings = this.showFindings(answer);
    this.toolbar.say(findings.length ? '' : word('noFindings'), 'ok');
  }

  async deploy() {
    const answer = await this.post(this.options.deployUrl);
    if (answer.ok || answer.body?.findings) this.showFindings(answer);
    if (!answer.ok) return this.toolbar.say(answer.body?.message ?? (answer.status === 422 ? word('refused') : answer.message), 'error');
    this.deployed = answer.revision;
    this.refresh();
    this.toolbar.say(word('deployed', { version: answer.body?.version ?? '' }), 'ok');
  }

  showFindings({ body }) {
    const findings = findingsOf(body);
    this.findings.show(findings);
    this.editor.mark(findings);
    return findings;
  }

  async download() {
    const url = URL.createObjectURL(new Blob([await this.text()], { type: this.contentType }));
    h('a', { href: url, download: this.fileName.split('/').pop() }).click();
    setTimeout(() => URL.revokeObjectURL(url));
  }

  upload() {
    const accept = this.fileName.slice(this.fileName.lastIndexOf('.'));
    const input = h('input', { type: 'file', accept });
    input.addEventListener('change', async () => {
      if (this.isChanged() && !confirm(word('replaceChanges'))) return;
      await this.open(await input.files[0].text(), { changed: true });
    });
    input.click();
  }

  onKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return;
    event.preventDefault();
    if (this.options.checkUrl) this.check();
  }
}
