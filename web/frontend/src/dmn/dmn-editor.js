// dmn-js as an editor of the workbench: a tab for the diagram and for each decision.
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './dmn.css';

import DmnModeler from 'dmn-js/lib/Modeler';

import words from '../i18n/dmn.zh.js';
import { h } from '../shared/dom.js';
import { translateModule } from '../shared/language.js';
import { word } from '../i18n/workbench.js';

const VIEWS = ['drd', 'decisionTable', 'literalExpression', 'boxedExpression'];

/** Whether an element of a decision's logic (a rule, a cell, a column) carries the id. */
function carries(element, id) {
  if (!element || typeof element !== 'object') return false;
  if (element.id === id) return true;
  const { decisionLogic, rule = [], input = [], output = [], inputEntry = [], outputEntry = [] } = element;
  return [decisionLogic, ...rule, ...input, ...output, ...inputEntry, ...outputEntry].some((part) => carries(part, id));
}

export class DmnEditor {
  constructor(body) {
    this.tabs = h('div', { class: 'kfe-tabs btn-group', role: 'tablist' });
    const canvas = h('div', { class: 'kfe-canvas kfe-dmn' });
    body.append(h('div', { class: 'kfe-tabbed' }, this.tabs, canvas));
    const translated = { additionalModules: [translateModule(words)] };
    this.modeler = new DmnModeler({ container: canvas, ...Object.fromEntries(VIEWS.map((view) => [view, translated])) });
    this.changes = 0;
    this.listeners = [];
    this.modeler.on('viewer.created', ({ viewer }) => viewer.on('commandStack.changed', () => this.changed()));
    this.modeler.on('views.changed', () => { this.drawTabs(); this.notify(); });
  }

  async load(xml) {
    await this.modeler.importXML(xml);
    this.changes = 0;
    this.fit();
  }

  async save() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  drawTabs() {
    const active = this.modeler.getActiveView();
    const tab = (view) => h('button', {
      type: 'button', role: 'tab', class: `btn btn-sm${view === active ? ' active' : ''}`, 'aria-selected': String(view === active),
      onclick: () => this.modeler.open(view),
    }, view.type === 'drd' ? word('diagram') : view.element.name || view.element.id);
    this.tabs.replaceChildren(...this.modeler.getViews().map(tab));
  }

  changed() {
    this.changes += 1;
    this.notify();
  }

  notify() { this.listeners.forEach((notify) => notify()); }
  onChange(notify) { this.listeners.push(notify); }
  revision() { return this.changes; }

  service(name) { return this.modeler.getActiveViewer()?.get(name, false); }
  undo() { this.service('commandStack')?.undo(); }
  redo() { this.service('commandStack')?.redo(); }
  canUndo() { return Boolean(this.service('commandStack')?.canUndo()); }
  canRedo() { return Boolean(this.service('commandStack')?.canRedo()); }

  fit() {
    if (this.modeler.getActiveView()?.type === 'drd') this.service('canvas').zoom('fit-viewport', 'auto');
  }

  async focus({ element_id: id }) {
    const logic = this.modeler.getViews().find(({ type, element }) => type !== 'drd' && carries(element, id));
    if (logic) return this.modeler.open(logic);
    const diagram = this.modeler.getViews().find(({ type }) => type === 'drd');
    if (!diagram) return;
    await this.modeler.open(diagram);
    const shape = this.service('elementRegistry').get(id);
    if (shape) this.service('selection').select(shape);
  }

  /** Tables have no markers: the list of findings is the place. */
  mark() {}
}
