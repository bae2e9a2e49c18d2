// Token simulation of the diagram as it stands, in a dialog; loaded when it is asked for.
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import SimulationModule from 'bpmn-js-token-simulation/lib/viewer';

import words from '../i18n/modeler.zh.js';
import simulationWords from '../i18n/simulation.zh.js';
import { h } from '../shared/dom.js';
import { isEnglish, translateModule } from '../shared/language.js';
import { word } from '../i18n/workbench.js';

/** The simulation knows no `translate`: its few words are replaced where they appear. */
function translateShown(root) {
  const translateTitles = () => {
    for (const element of root.querySelectorAll('[title]')) element.title = simulationWords[element.title] ?? element.title;
    for (const element of root.querySelectorAll('.bts-notification .bts-text, .bts-toggle-mode, .bts-log .bts-text, .bts-header')) {
      const text = element.textContent.trim();
      if (simulationWords[text]) element.textContent = simulationWords[text];
    }
  };
  translateTitles();
  new MutationObserver(translateTitles).observe(root, { childList: true, subtree: true });
}

export async function openSimulation(xml) {
  const container = h('div', { class: 'kfe-simulation-canvas' });
  const dialog = h('dialog', { class: 'kfe-simulation' },
    h('header', {}, h('span', {}, word('simulationHint')),
      h('button', { type: 'button', class: 'btn btn-sm', onclick: () => dialog.close() }, word('close'))),
    container);
  document.body.append(dialog);
  dialog.showModal();
  const viewer = new NavigatedViewer({ container, additionalModules: [SimulationModule, translateModule(words)] });
  dialog.addEventListener('close', () => { viewer.destroy(); dialog.remove(); });
  if (!isEnglish) translateShown(container);
  await viewer.importXML(xml);
  viewer.get('canvas').zoom('fit-viewport', 'auto');
  viewer.get('toggleMode').toggleMode(true);
}
