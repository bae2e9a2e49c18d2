// Mounts what a selector finds, now and in whatever is swapped in later.

const CONTENT_EVENTS = ['kf:content', 'htmx:load'];

/** Call `mount(element)` once for each element that matches, now and after every swap. */
export function mountEach(selector, mount) {
  const mounted = new WeakSet();
  const visit = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.unshift(root);
    for (const element of found) {
      if (mounted.has(element)) continue;
      mounted.add(element);
      mount(element);
    }
  };
  visit(document);
  for (const event of CONTENT_EVENTS) {
    document.addEventListener(event, ({ target }) => visit(target instanceof Element ? target : document));
  }
}

/** Say that `element`'s content is new. */
export function announceContent(element) {
  element.dispatchEvent(new CustomEvent('kf:content', { bubbles: true }));
}
