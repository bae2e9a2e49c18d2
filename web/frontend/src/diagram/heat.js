// Counts, incidents and waiting times on the steps of a diagram: an overlay for the words, a marker for how hot a step is.
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';

function incidentBadge(count, href, name) {
  const label = `${pick('故障', 'Incidents')} ${count} · ${name}`;
  const role = href ? null : 'img';
  return h(href ? 'a' : 'span', { class: 'kf-heat-count kf-heat-incidents', title: label, 'aria-label': label, href, role }, String(count));
}

export function markHeat(viewer, { dataset }) {
  if (!dataset.heat) return;
  const registry = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  for (const [id, { active, text, level, incidents, href }] of Object.entries(JSON.parse(dataset.heat))) {
    if (!registry.get(id)) continue;
    if (level) canvas.addMarker(id, `kf-heat-${level}`);
    if (active) overlays.add(id, { position: { top: -12, left: -12 }, html: h('span', { class: 'kf-heat-count' }, String(active)) });
    if (incidents) {
      const { name } = registry.get(id).businessObject;
      overlays.add(id, { position: { top: -12, right: 12 }, html: incidentBadge(incidents, href, name ?? id) });
    }
    if (text) overlays.add(id, { position: { bottom: 8, left: 4 }, html: h('span', { class: 'kf-heat-text' }, text) });
  }
}
