// Bundles entry.js with the form-js and the Vite of web/frontend: node build.mjs FRONTEND_FOLDER OUTPUT_FOLDER

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [frontend, outDir] = process.argv.slice(2);
const vite = dirname(createRequire(join(frontend, "package.json")).resolve("vite/package.json"));
const { build } = await import(pathToFileURL(join(vite, "dist/node/index.js")));
const here = dirname(fileURLToPath(import.meta.url));

await build({
  root: here,
  configFile: false,
  logLevel: "warn",
  define: { "process.env.NODE_ENV": '"production"' },
  resolve: { alias: { "@bpmn-io/form-js-viewer": join(frontend, "node_modules/@bpmn-io/form-js-viewer") } },
  build: { outDir, lib: { entry: join(here, "entry.js"), formats: ["iife"], name: "FormJs", fileName: () => "form_js.js" } },
});
