// In the panel of a linked form: choose from the forms that exist, instead of typing an id.
import { isSelectEntryEdited, SelectEntry } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

import { word } from '../i18n/workbench.js';

const AFTER_GENERAL = 500;
const FORM_ID = 'formId';

function formDefinition(element) {
  const values = getBusinessObject(element).get('extensionElements')?.get('values') ?? [];
  return values.find(({ $type }) => $type === 'zeebe:FormDefinition');
}

function FormChoice({ element, forms }) {
  const modeling = useService('modeling');
  const known = forms.map(({ id, name }) => ({ value: id, label: name ? `${name}（${id}）` : id }));
  return SelectEntry({
    element,
    id: 'kefuflow-form-choice',
    label: word('chooseForm'),
    getValue: () => formDefinition(element)?.get(FORM_ID) ?? '',
    setValue: (value) => modeling.updateModdleProperties(element, formDefinition(element), { formId: value }),
    getOptions: () => [{ value: '', label: word('noForm') }, ...known],
  });
}

function addChoice(group, forms) {
  const at = group.entries.findIndex(({ id }) => id.endsWith(FORM_ID));
  if (at < 0) return;
  group.entries.splice(at, 0, { id: 'kefuflow-form-choice', component: (props) => FormChoice({ ...props, forms }), isEdited: isSelectEntryEdited });
}

class FormChoiceProvider {
  constructor(propertiesPanel, formsUrl, eventBus) {
    this.forms = [];
    propertiesPanel.registerProvider(AFTER_GENERAL, this);
    this.load(formsUrl, eventBus);
  }

  async load(url, eventBus) {
    const response = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
    if (!response.ok) return;
    const body = await response.json();
    this.forms = Array.isArray(body) ? body : body.forms;
    eventBus.fire('propertiesPanel.providersChanged');
  }

  getGroups(element) {
    return (groups) => {
      const group = this.forms.length && groups.find(({ id }) => id === 'form');
      if (group && formDefinition(element)) addChoice(group, this.forms);
      return groups;
    };
  }
}
FormChoiceProvider.$inject = ['propertiesPanel', 'config.formsUrl', 'eventBus'];

export function formChoiceModule(formsUrl) {
  return { __init__: ['formChoice'], formChoice: ['type', FormChoiceProvider], 'config.formsUrl': ['value', formsUrl] };
}
