// Prints what each entry costs the reader: gzip KB of scripts and stylesheets, at once and loaded later.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const DIST = fileURLToPath(new URL('../../static/dist/', import.meta.url));
const manifest = JSON.parse(readFileSync(`${DIST}.vite/manifest.json`, 'utf8'));
const size = (file) => gzipSync(readFileSync(DIST + file)).length / 1024;
const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0).toFixed(0);

function files(key, follow, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const chunk = manifest[key];
  const next = follow.flatMap((kind) => chunk[kind] ?? []);
  return [chunk.file, ...(chunk.css ?? []), ...next.flatMap((name) => files(name, follow, seen))];
}

console.log('| entry | scripts | stylesheets | loaded later |\n|---|---|---|---|');
for (const [key, { name, isEntry }] of Object.entries(manifest)) {
  if (!isEntry) continue;
  const now = new Set(files(key, ['imports']));
  const later = [...new Set(files(key, ['imports', 'dynamicImports']))].filter((file) => !now.has(file));
  const [scripts, sheets] = ['.js', '.css'].map((end) => total([...now].filter((file) => file.endsWith(end))));
  console.log(`| \`${name}\` | ${scripts} | ${sheets} | ${total(later)} |`);
}
