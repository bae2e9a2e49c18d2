// Which elements are lit: canvas markers, coloured by diagram.css.

const FLOW = 'bpmn:SequenceFlow';

function ids(text) {
  return text ? JSON.parse(text) : [];
}

export function readState({ dataset }) {
  return { active: ids(dataset.active), completed: ids(dataset.completed), incidents: ids(dataset.incidents) };
}

/** Flows between what was visited: a guess for when the history names no flows. */
function passedFlows(registry, { active, completed }) {
  const done = new Set(completed);
  const reached = new Set([...completed, ...active]);
  return registry.filter(({ type, source, target }) => type === FLOW && done.has(source.id) && reached.has(target.id));
}

export function markState(viewer, state) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const mark = (id, marker) => {
    // A diagram may have lost an element since the case passed it.
    if (!registry.get(id)) return;
    canvas.addMarker(id, marker);
    if (registry.get(`${id}_label`)) canvas.addMarker(`${id}_label`, marker);
  };
  const namesFlows = state.completed.some((id) => registry.get(id)?.type === FLOW);
  if (!namesFlows) passedFlows(registry, state).forEach(({ id }) => mark(id, 'kf-done'));
  state.completed.forEach((id) => mark(id, 'kf-done'));
  state.active.forEach((id) => mark(id, 'kf-active'));
  state.incidents.forEach((id) => mark(id, 'kf-incident'));
}
