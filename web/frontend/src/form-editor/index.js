// The process owner's form page: <div id="form-editor">.
import { Workbench } from '../editor/workbench.js';
import { FormJsEditor } from './form-js-editor.js';

const BLANK = JSON.stringify({ type: 'default', id: 'new_form', schemaVersion: 19, components: [] });

const element = document.getElementById('form-editor');
const workbench = new Workbench(element, { fileName: 'form.form', contentType: 'application/json', blank: BLANK });
await workbench.start(new FormJsEditor(workbench.body));
