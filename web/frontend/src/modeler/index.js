// The process owner's page: <div id="modeler">.
import { Workbench } from '../editor/workbench.js';
import { BLANK } from './blank.js';
import { BpmnEditor } from './bpmn-editor.js';

const element = document.getElementById('modeler');
const workbench = new Workbench(element, { fileName: 'process.bpmn', contentType: 'application/xml', blank: BLANK });
await workbench.start(new BpmnEditor(workbench.body, { formsUrl: element.dataset.formsUrl }));
