// form-js's editor as an editor of the workbench.
import '../../node_modules/@bpmn-io/form-js-editor/node_modules/@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import '@bpmn-io/form-js-editor/dist/assets/dragula.css';
import './form-editor.css';

import { FormEditor } from '@bpmn-io/form-js-editor';

import { TYPING_PAUSE_MS } from '../editor/workbench.js';
import { h } from '../shared/dom.js';
import { isEnglish } from '../shared/language.js';
import { translateShown } from './translate-shown.js';

export class FormJsEditor {
  constructor(body) {
    const container = h('div', { class: 'kfe-form-editor' });
    body.append(container);
    if (!isEnglish) translateShown(container);
    this.editor = new FormEditor({ container, debounce: TYPING_PAUSE_MS, debounceInput: TYPING_PAUSE_MS });
    this.stack = this.editor.get('commandStack');
    this.changes = 0;
    this.listeners = [];
    this.editor.on('commandStack.changed', () => { this.changes += 1; this.listeners.forEach((notify) => notify()); });
  }

  async load(text) {
    await this.editor.importSchema(JSON.parse(text));
    this.changes = 0;
  }

  async save() {
    return `${JSON.stringify(this.editor.saveSchema(), null, 2)}\n`;
  }

  undo() { this.stack.undo(); }
  redo() { this.stack.redo(); }
  canUndo() { return this.stack.canUndo(); }
  canRedo() { return this.stack.canRedo(); }
  revision() { return this.changes; }
  onChange(notify) { this.listeners.push(notify); }

  focus({ element_id: id }) {
    const field = this.editor.get('formFieldRegistry').get(id);
    if (!field) return;
    this.editor.get('selection').set(field);
    document.querySelector(`.fjs-editor-container [data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'center' });
  }

  mark(findings) {
    document.querySelectorAll('.kf-finding-field').forEach((field) => field.classList.remove('kf-finding-field'));
    for (const { element_id: id } of findings.filter(({ element_id: known }) => known)) {
      document.querySelector(`.fjs-editor-container [data-id="${CSS.escape(id)}"]`)?.classList.add('kf-finding-field');
    }
  }
}
