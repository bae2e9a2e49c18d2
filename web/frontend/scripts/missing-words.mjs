// Prints the words of the diagram editor that have no Chinese yet, one JSON string a line. Exit 1 when there are any.
//
// The words are the literals that the libraries pass to `translate`, and the labels of their menus.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import words from '../src/i18n/modeler.zh.js';
import ignored from '../src/i18n/modeler.ignored.js';

const require = createRequire(import.meta.url);
const LIBRARIES = [
  ['bpmn-js', 'lib'],
  ['diagram-js', 'lib'],
  ['bpmn-js-properties-panel', 'dist/index.esm.js'],
  ['@bpmn-io/properties-panel', 'dist/index.esm.js'],
  ['bpmn-js-create-append-anything', 'dist/index.js'],
  ['bpmn-js-bpmnlint', 'dist/index.esm.js'],
];
const LITERAL = String.raw`('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`;
const PATTERNS = [
  new RegExp(String.raw`\btranslate\(\s*${LITERAL}`, 'g'),
  // Menus: `label: 'User task'` in bpmn-js and create-append-anything.
  new RegExp(String.raw`^\s*label: ${LITERAL},?$`, 'gm'),
  new RegExp(String.raw`_GROUP = .* name: ${LITERAL}`, 'g'),
];

/** The sources of a bundle, without Camunda 7's panel, which the bundle carries and nobody sees. */
function bundledSources(path) {
  const { sources, sourcesContent } = JSON.parse(readFileSync(`${path}.map`, 'utf8'));
  return sourcesContent.filter((_, index) => !sources[index].includes('camunda-platform'));
}

function files(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).flatMap((name) => files(join(path, name))).filter((name) => name.endsWith('.js'));
}

function root(name) {
  return dirname(require.resolve(`${name}/package.json`));
}

function texts(name, path) {
  const whole = join(root(name), path);
  return name === 'bpmn-js-properties-panel' ? bundledSources(whole) : files(whole).map((file) => readFileSync(file, 'utf8'));
}

function literals(source) {
  const text = source.replace(/^\s*\*.*$/gm, '');
  return PATTERNS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, literal]) => new Function(`return ${literal}`)()));
}

const skip = ignored.map((pattern) => new RegExp(pattern));
const all = new Set(LIBRARIES.flatMap(([name, path]) => texts(name, path).flatMap(literals)));
const missing = [...all].filter((word) => word && !(word in words) && !skip.some((pattern) => pattern.test(word)));
missing.sort().forEach((word) => console.log(JSON.stringify(word)));
console.error(`${all.size} words, ${missing.length} without Chinese`);
process.exitCode = missing.length ? 1 : 0;
