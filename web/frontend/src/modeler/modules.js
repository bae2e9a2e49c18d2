// What the diagram editor is made of.
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import cloudBehaviors from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import lintModule from 'bpmn-js-bpmnlint';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';

import words from '../i18n/modeler.zh.js';
import { lintMessage } from '../i18n/lint.zh.js';
import { translateModule } from '../shared/language.js';
import { formChoiceModule } from './form-choice.js';

export const moddleExtensions = { zeebe };

export function modules({ formsUrl }) {
  return [
    BpmnPropertiesPanelModule,
    BpmnPropertiesProviderModule,
    ZeebePropertiesProviderModule,
    CreateAppendAnythingModule,
    cloudBehaviors,
    lintModule,
    translateModule(words, lintMessage),
    ...(formsUrl ? [formChoiceModule(formsUrl)] : []),
  ];
}
