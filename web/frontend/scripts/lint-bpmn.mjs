// Lints the diagrams given as arguments, else processes/*.bpmn, with the repository's .bpmnlintrc. Exit 1 on an error.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { BpmnModdle } from 'bpmn-moddle';

import { nodeResolver, readConfig } from './bpmnlint-plugin.mjs';

const require = createRequire(import.meta.url);
const { Linter } = require('bpmnlint');
const zeebe = require('zeebe-bpmn-moddle/resources/zeebe.json');
const PROCESSES = fileURLToPath(new URL('../../../processes', import.meta.url));

function shippedDiagrams() {
  return readdirSync(PROCESSES).filter((name) => name.endsWith('.bpmn')).sort().map((name) => join(PROCESSES, name));
}

async function findings(path, linter) {
  const { rootElement, warnings } = await new BpmnModdle({ zeebe }).fromXML(readFileSync(path, 'utf8'));
  const unread = warnings.map(({ message }) => ({ rule: 'xml', category: 'error', id: '', message }));
  const reports = await linter.lint(rootElement);
  const linted = Object.entries(reports).flatMap(([rule, list]) => list.map((report) => ({ rule, ...report })));
  return [...unread, ...linted];
}

const paths = process.argv.length > 2 ? process.argv.slice(2) : shippedDiagrams();
const linter = new Linter({ config: readConfig(), resolver: nodeResolver() });
const counts = { error: 0, 'rule-error': 0, warn: 0, info: 0 };

for (const path of paths) {
  for (const { rule, category, id, message } of await findings(path, linter)) {
    counts[category] += 1;
    console.log(`${basename(path)}: ${category}: ${id ?? ''}: ${message} (${rule})`);
  }
}
console.log(`bpmnlint: ${paths.length} diagrams, ${counts.error + counts['rule-error']} errors, ${counts.warn} warnings`);
process.exitCode = counts.error + counts['rule-error'] ? 1 : 0;
