// Draws one diagram with the case's state on it.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import words from '../i18n/modeler.zh.js';
import { h } from '../shared/dom.js';
import { isEnglish, pick, translateModule } from '../shared/language.js';
import { markHeat } from './heat.js';
import { markState, readState } from './state.js';
import { useEnglishNames } from './names.js';

const STEP = 0.2;
// Below this scale names cannot be read: then the current step is shown instead of the whole.
const READABLE = 0.6;
const CLOSE = 0.8;

function zoomBy(canvas, step) {
  canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom(false) + step)), 'auto');
}

function fit(canvas) {
  canvas.zoom('fit-viewport', 'auto');
}

function showWhereItStands(viewer, { active, incidents }) {
  const canvas = viewer.get('canvas');
  fit(canvas);
  const current = [...incidents, ...active].map((id) => viewer.get('elementRegistry').get(id)).find(Boolean);
  if (!current || canvas.zoom(false) >= READABLE) return;
  const { width, height } = canvas.getSize();
  canvas.viewbox({
    x: current.x + current.width / 2 - width / CLOSE / 2,
    y: current.y + current.height / 2 - height / CLOSE / 2,
    width: width / CLOSE,
    height: height / CLOSE,
  });
}

function toggleTall(element, canvas) {
  element.classList.toggle('kf-diagram-tall');
  canvas.resized();
  fit(canvas);
}

function buttons(element, canvas) {
  const button = (text, label, onclick) =>
    h('button', { type: 'button', class: 'btn btn-sm', title: label, 'aria-label': label, onclick }, text);
  return h('div', { class: 'kf-diagram-buttons' },
    button('+', pick('放大', 'Zoom in'), () => zoomBy(canvas, STEP)),
    button('−', pick('缩小', 'Zoom out'), () => zoomBy(canvas, -STEP)),
    button('⤢', pick('适应窗口', 'Fit to view'), () => fit(canvas)),
    button('⇕', pick('加高或还原', 'Taller or back'), () => toggleTall(element, canvas)));
}

async function fetchXml(url) {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response.text();
}

function announceClicks(viewer, element) {
  viewer.on('element.click', ({ element: { id, type } }) => {
    element.dispatchEvent(new CustomEvent('kf:element', { bubbles: true, detail: { id, type } }));
  });
}

/** Fill `element`; on failure it says so in the reader's language. */
export async function showDiagram(element) {
  element.classList.add('kf-diagram');
  const container = h('div', { class: 'kf-diagram-canvas', role: 'group', 'aria-label': element.dataset.label || pick('流程图', 'Diagram') });
  element.replaceChildren(container);
  const viewer = new NavigatedViewer({ container, additionalModules: [translateModule(words)] });
  if (isEnglish) useEnglishNames(viewer);
  try {
    await viewer.importXML(await fetchXml(element.dataset.diagramUrl));
  } catch (error) {
    console.error('diagram not drawn:', error);
    element.replaceChildren(h('p', { class: 'text-secondary p-3' }, pick('流程图无法显示。', 'The diagram cannot be shown.')));
    return;
  }
  const state = readState(element);
  markState(viewer, state);
  markHeat(viewer, element);
  showWhereItStands(viewer, state);
  announceClicks(viewer, element);
  element.append(buttons(element, viewer.get('canvas')));
  element.dataset.drawn = '';
}
