// `form-viewer-preact` is the preact that the form viewer itself uses: a component of ours must share its hooks.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const require = createRequire(import.meta.url);
const fromViewer = createRequire(require.resolve('@bpmn-io/form-js-viewer'));
const folder = dirname(fromViewer.resolve('preact/package.json'));
const MODULES = {
  'form-viewer-preact': `${folder}/dist/preact.module.js`,
  'form-viewer-preact/hooks': `${folder}/hooks/dist/hooks.module.js`,
};

export default function formViewerPreact() {
  return {
    name: 'form-viewer-preact',
    resolveId: (id) => MODULES[id] ?? null,
  };
}
