// Puts the server's errors at their fields: form-js has no public call for it.

/** `items[0].sku` → ['items', '0', 'sku'] */
function segments(path) {
  return path.split(/[.[\]]+/).filter(Boolean);
}

function samePath(left, right) {
  return left.length === right.length && left.every((part, index) => String(part) === right[index]);
}

function place(errors, keys, messages) {
  const last = keys.length - 1;
  keys.slice(0, last).reduce((at, key) => (at[key] ??= {}), errors)[keys[last]] = messages;
}

/** Show `{path: [message]}` at the fields; returns the messages that belong to no visible field. */
export function showServerErrors(form, errorsByPath) {
  const instances = form.get('formFieldInstanceRegistry').getAllKeyed();
  const errors = {};
  const unplaced = [];
  for (const [path, messages] of Object.entries(errorsByPath)) {
    const list = [].concat(messages);
    const wanted = segments(path);
    const instance = instances.find(({ valuePath }) => samePath(valuePath, wanted));
    if (instance) place(errors, [instance.id, ...Object.values(instance.indexes ?? {})], list);
    else unplaced.push(...list);
  }
  form._setState({ errors });
  return unplaced;
}

/** Returns whether there was one. */
export function focusFirstError(root) {
  const field = root.querySelector('.fjs-has-errors');
  if (!field) return false;
  field.scrollIntoView({ block: 'center' });
  // A select opens its list when focused, over the message that is to be read.
  if (field.matches('.fjs-form-field-select')) return true;
  field.querySelector('input:not(.fjs-hidden), textarea, select, button, [tabindex]')?.focus({ preventScroll: true });
  return true;
}
