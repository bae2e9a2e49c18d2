// Bundles the rules that the repository's .bpmnlintrc names, so that the modeler lints as `npm run lint:bpmn` does.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const compileConfig = require('bpmnlint/lib/support/compile-config');
const NodeResolver = require('bpmnlint/lib/resolver/node-resolver');

export const CONFIG_PATH = fileURLToPath(new URL('../../../.bpmnlintrc', import.meta.url));
const NAME = 'virtual:bpmnlint-rules';

export function readConfig() {
  return JSON.parse(readFileSync(CONFIG_PATH, 'utf8'));
}

export function nodeResolver() {
  return new NodeResolver({ require });
}

export default function bpmnlintRules() {
  return {
    name: 'bpmnlint-rules',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      this.addWatchFile(CONFIG_PATH);
      return compileConfig(readConfig(), nodeResolver());
    },
  };
}
