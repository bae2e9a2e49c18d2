// Prints the words of the libraries that have no Chinese yet, one JSON string a line. Exit 1 when there are any.
//
// The words are the literals that the libraries pass to `translate`, and the labels of their menus.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import dmnWords from '../src/i18n/dmn.zh.js';
import formWords from '../src/i18n/form.zh.js';
import ignored from '../src/i18n/ignored.js';
import modelerWords from '../src/i18n/modeler.zh.js';

const require = createRequire(import.meta.url);
const MODELER = [
  ['bpmn-js', 'lib'],
  ['diagram-js', 'lib'],
  ['bpmn-js-properties-panel', 'dist/index.esm.js'],
  ['@bpmn-io/properties-panel', 'dist/index.esm.js'],
  ['bpmn-js-create-append-anything', 'dist/index.js'],
  ['bpmn-js-bpmnlint', 'dist/index.esm.js'],
];
const DMN = ['drd', 'decision-table', 'literal-expression', 'boxed-expression', 'shared'].map((part) => [`dmn-js-${part}`, 'lib']);
const FORM = [['@bpmn-io/form-js-viewer', 'dist/index.es.js']];
const LITERAL = String.raw`('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`;
const CALLS = [new RegExp(String.raw`\b_?translate\(\s*${LITERAL}`, 'g')];
// Menus: `label: 'User task'` in bpmn-js, dmn-js and create-append-anything.
const MENUS = [new RegExp(String.raw`^\s*label: ${LITERAL},?$`, 'gm'), new RegExp(String.raw`_GROUP = .* name: ${LITERAL}`, 'g')];

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

function literals(source, patterns) {
  const text = source.replace(/^\s*\*.*$/gm, '');
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, literal]) => new Function(`return ${literal}`)()));
}

const skip = ignored.map((pattern) => new RegExp(pattern));
let missing = 0;

const CHECKS = [[modelerWords, MODELER, [...CALLS, ...MENUS]], [dmnWords, DMN, [...CALLS, ...MENUS]], [formWords, FORM, CALLS]];
for (const [words, libraries, patterns] of CHECKS) {
  const said = new Set(libraries.flatMap(([name, path]) => texts(name, path).flatMap((text) => literals(text, patterns))));
  const without = [...said].filter((word) => word && !(word in words) && !skip.some((pattern) => pattern.test(word)));
  without.sort().forEach((word) => console.log(JSON.stringify(word)));
  console.error(`${libraries[0][0]}: ${said.size} words, ${without.length} without Chinese`);
  missing += without.length;
}
process.exitCode = missing ? 1 : 0;
