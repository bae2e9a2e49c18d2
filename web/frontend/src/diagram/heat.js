// Counts and waiting times on the steps of a diagram: an overlay for the words, a marker for how hot a step is.
import { h } from '../shared/dom.js';

export function markHeat(viewer, { dataset }) {
  if (!dataset.heat) return;
  const registry = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  for (const [id, { active, text, level }] of Object.entries(JSON.parse(dataset.heat))) {
    if (!registry.get(id)) continue;
    if (level) canvas.addMarker(id, `kf-heat-${level}`);
    if (active) overlays.add(id, { position: { top: -12, left: -12 }, html: h('span', { class: 'kf-heat-count' }, String(active)) });
    if (text) overlays.add(id, { position: { bottom: 8, left: 4 }, html: h('span', { class: 'kf-heat-text' }, text) });
  }
}
