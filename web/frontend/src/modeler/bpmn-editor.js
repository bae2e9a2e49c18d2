// bpmn-js as an editor of the workbench.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-bpmnlint/dist/assets/css/bpmn-js-bpmnlint.css';

import Modeler from 'bpmn-js/lib/Modeler';
import * as lintRules from 'virtual:bpmnlint-rules';

import { TYPING_PAUSE_MS } from '../editor/workbench.js';
import { h } from '../shared/dom.js';
import { modules, moddleExtensions } from './modules.js';

const ZOOM_STEP = 0.2;
// The palette lies over the canvas's left.
const MARGIN = { left: 130, other: 40 };
const MARKERS = ['kf-finding-error', 'kf-finding-warning'];

export class BpmnEditor {
  constructor(body, { formsUrl }) {
    const canvas = h('div', { class: 'kfe-canvas' });
    this.panel = h('div', { class: 'kfe-panel' });
    body.append(canvas, this.panel);
    this.modeler = new Modeler({
      container: canvas,
      propertiesPanel: { parent: this.panel },
      linting: { bpmnlint: lintRules, active: true },
      debounceInput: TYPING_PAUSE_MS,
      moddleExtensions,
      additionalModules: modules({ formsUrl }),
    });
    // The findings and the panel open and close beside it.
    new ResizeObserver(() => this.modeler.get('canvas').resized()).observe(canvas);
    this.stack = this.modeler.get('commandStack');
    this.extras = [['find', () => this.find()], ['panel', () => { this.panel.hidden = !this.panel.hidden; }], ['simulate', () => this.simulate()]];
  }

  async load(xml) {
    await this.modeler.importXML(xml);
    this.fit();
  }

  async save() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  undo() { this.stack.undo(); }
  redo() { this.stack.redo(); }
  canUndo() { return this.stack.canUndo(); }
  canRedo() { return this.stack.canRedo(); }

  /** Undoing back to what was deployed counts as no change. */
  revision() { return this.stack._stack[this.stack._stackIdx] ?? 'start'; }

  onChange(notify) { this.modeler.on('commandStack.changed', notify); }

  fit() {
    const canvas = this.modeler.get('canvas');
    const { inner, outer } = canvas.viewbox();
    if (!inner.width || !outer.width) return;
    const room = { width: outer.width - MARGIN.left - MARGIN.other, height: outer.height - 2 * MARGIN.other };
    const scale = Math.min(1, room.width / inner.width, room.height / inner.height);
    const above = Math.max(MARGIN.other, (outer.height - inner.height * scale) / 2);
    canvas.viewbox({
      x: inner.x - MARGIN.left / scale, y: inner.y - above / scale, width: outer.width / scale, height: outer.height / scale,
    });
  }

  zoom(direction) {
    const canvas = this.modeler.get('canvas');
    canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom(false) + direction * ZOOM_STEP)), 'auto');
  }

  /** An element by a part of its name or id: whoever has no mouse selects it so, and goes on with the canvas's keys. */
  find() {
    // After the click that asked for it, which would close it again.
    setTimeout(() => {
      this.modeler.get('searchPad').open();
      const field = this.modeler.get('canvas').getContainer().querySelector('.djs-search-input input');
      // The key that pressed the button comes up in the field, which would take it for its own.
      const late = new AbortController();
      field.addEventListener('keydown', () => late.abort(), { signal: late.signal });
      field.addEventListener('keyup', (event) => event.stopPropagation(), { signal: late.signal });
    });
  }

  focus({ element_id: id }) {
    const element = this.modeler.get('elementRegistry').get(id);
    if (!element) return;
    this.modeler.get('selection').select(element);
    this.modeler.get('canvas').scrollToElement(element, 200);
  }

  mark(findings) {
    const canvas = this.modeler.get('canvas');
    const registry = this.modeler.get('elementRegistry');
    registry.forEach(({ id }) => MARKERS.forEach((marker) => canvas.removeMarker(id, marker)));
    for (const { element_id: id, severity } of findings) {
      if (registry.get(id) && severity !== 'info') canvas.addMarker(id, `kf-finding-${severity}`);
    }
  }

  async simulate() {
    const { openSimulation } = await import('./simulation.js');
    await openSimulation(await this.save());
  }
}
