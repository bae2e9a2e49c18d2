// form-js's editor 1.23 has no `translate`: its own words are replaced where they are shown. What people type is not touched.
import words from '../i18n/form-editor.zh.js';

const OWN = [
  '.fjs-palette-container', '.bio-properties-panel-label', '.bio-properties-panel-group-header-title', '.bio-properties-panel-header-type',
  '.bio-properties-panel-description', '.bio-properties-panel-input option', '.bio-properties-panel-add-entry', '.bio-properties-panel-placeholder',
  '.fjs-empty-editor', '.fjs-repeat-render-footer', '.fjs-filepicker-container', '.fjs-select-placeholder', '.fjs-empty-component', '.bio-properties-panel-toggle-switch', '.bio-properties-panel-collapsible-entry-header-title',
].join(', ');
const ATTRIBUTES = ['title', 'placeholder', 'aria-label', 'data-placeholder'];

function translateText(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const chinese = words[node.data.trim()];
    if (chinese && node.data !== chinese) node.data = chinese;
  }
}

function translateAttributes(root) {
  for (const name of ATTRIBUTES) {
    for (const element of root.querySelectorAll(`[${name}]`)) {
      const chinese = words[element.getAttribute(name)];
      if (chinese) element.setAttribute(name, chinese);
    }
  }
}

export function translateShown(root) {
  const translate = () => {
    root.querySelectorAll(OWN).forEach(translateText);
    translateAttributes(root);
  };
  new MutationObserver(translate).observe(root, { childList: true, subtree: true, characterData: true });
}
