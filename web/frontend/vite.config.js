// One entry per kind of page; the manifest is read by web/ui/assets.py.
import { defineConfig } from 'vite';

import bpmnlintRules from './scripts/bpmnlint-plugin.mjs';
import formViewerPreact from './scripts/form-viewer-preact.mjs';

const ENTRIES = {
  theme: 'src/theme/index.js',
  base: 'src/base/index.js',
  form: 'src/form/index.js',
  'case-diagram': 'src/diagram/index.js',
  charts: 'src/charts/index.js',
  modeler: 'src/modeler/index.js',
  dmn: 'src/dmn/index.js',
  'form-editor': 'src/form-editor/index.js',
  reference: 'src/reference/index.js',
};

export default defineConfig({
  base: './', // Addresses relative to the file that names them: the app may be mounted under a prefix.
  plugins: [bpmnlintRules(), formViewerPreact()],
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: true,
    license: { fileName: 'LICENSES.md' }, // The notices of everything that is bundled go where it goes.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // Older targets make the minifier rewrite light-dark(), and Tabler's dark sidebar turns white on white.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 2500,
    rollupOptions: {
      input: ENTRIES,
      // htmx has an eval that its `allowEval: false` never reaches.
      checks: { eval: false },
    },
  },
});
