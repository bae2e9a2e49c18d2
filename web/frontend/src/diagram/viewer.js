// Draws one diagram with the case's state on it.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import words from '../i18n/modeler.zh.js';
import { h } from '../shared/dom.js';
import { isEnglish, pick, translateModule } from '../shared/language.js';
import { markState, readState } from './state.js';
import { useEnglishNames } from './names.js';

const STEP = 0.2;

function zoomBy(canvas, step) {
  canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom(false) + step)), 'auto');
}

function buttons(canvas) {
  const button = (text, label, onclick) =>
    h('button', { type: 'button', class: 'btn btn-sm', title: label, 'aria-label': label, onclick }, text);
  return h('div', { class: 'kf-diagram-buttons' },
    button('+', pick('放大', 'Zoom in'), () => zoomBy(canvas, STEP)),
    button('−', pick('缩小', 'Zoom out'), () => zoomBy(canvas, -STEP)),
    button('⤢', pick('适应窗口', 'Fit to view'), () => canvas.zoom('fit-viewport', 'auto')));
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
  const container = h('div', { class: 'kf-diagram-canvas', role: 'img', 'aria-label': element.dataset.label || pick('流程图', 'Diagram') });
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
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  markState(viewer, readState(element));
  announceClicks(viewer, element);
  element.append(buttons(canvas));
  element.dataset.drawn = '';
}
