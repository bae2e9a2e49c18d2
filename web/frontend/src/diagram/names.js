// English names: `<zeebe:property name="name.en" value="…"/>` takes the place of the element's name before it is drawn.
// The viewer knows no zeebe schema, so extension elements arrive as generic elements with `$children`.

function englishName(element) {
  for (const { $type, $children = [] } of element.extensionElements?.values ?? []) {
    if ($type !== 'zeebe:properties') continue;
    const property = $children.find(({ name }) => name === 'name.en');
    if (property?.value) return property.value;
  }
  return null;
}

const LABEL_WIDTH = 90;
const LETTER_WIDTH = 6;
const TOUCHING = 6;

/** How far a label that grows moves left: not at all beside the right of its shape, all of it beside the left, else half. */
function shift(label, shape, growth) {
  if (!shape || label.x >= shape.x + shape.width - TOUCHING) return 0;
  return label.x + label.width <= shape.x + TOUCHING ? growth : growth / 2;
}

/** A label drawn for one Chinese word would break English within a word. */
function widenLabel({ label, bounds: shape, bpmnElement }) {
  const bounds = label?.bounds;
  if (!bounds) return;
  const longest = Math.max(...bpmnElement.name.split(/\s+/).map((word) => word.length));
  const width = Math.max(bounds.width, Math.min(LABEL_WIDTH, bpmnElement.name.length * LETTER_WIDTH), longest * LETTER_WIDTH + 4);
  bounds.x -= shift(bounds, shape, width - bounds.width);
  bounds.width = width;
}

export function useEnglishNames(viewer) {
  viewer.on('import.parse.complete', ({ elementsById }) => {
    const elements = Object.values(elementsById ?? {});
    const renamed = new Set();
    for (const element of elements) {
      const name = englishName(element);
      if (!name) continue;
      element.name = name;
      renamed.add(element);
    }
    elements.filter(({ bpmnElement }) => renamed.has(bpmnElement)).forEach(widenLabel);
  });
}
