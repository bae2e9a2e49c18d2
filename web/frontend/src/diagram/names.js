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

export function useEnglishNames(viewer) {
  viewer.on('import.parse.complete', ({ elementsById }) => {
    for (const element of Object.values(elementsById ?? {})) {
      const name = englishName(element);
      if (name) element.name = name;
    }
  });
}
