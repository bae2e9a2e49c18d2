// The process owner's decision page: <div id="dmn-modeler">.
import { Workbench } from '../editor/workbench.js';
import { BLANK } from './blank.js';
import { DmnEditor } from './dmn-editor.js';

const element = document.getElementById('dmn-modeler');
const workbench = new Workbench(element, { fileName: 'decision.dmn', contentType: 'application/xml', blank: BLANK });
await workbench.start(new DmnEditor(workbench.body));
