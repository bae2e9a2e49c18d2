// Chinese for bpmn-js and its properties panel: the community's dictionaries, then ours for what they lack or say oddly.
import core from 'bpmn-js-i18n/translations/zn.js';
import coreToo from 'bpmn-js-i18n-zh/lib/bpmn-js/index.js';
import panel from 'bpmn-js-i18n-zh/lib/properties-panel/index.js';
import zeebe from 'bpmn-js-i18n-zh/lib/zeebe-properties-panel/index.js';

import ours from './modeler.ours.zh.js';

export default { ...coreToo, ...core, ...panel, ...zeebe, ...ours };
