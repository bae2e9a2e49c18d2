// Words that form-js 2.0.0 does not pass through `translate`.
import words from '../i18n/form.zh.js';
import { isEnglish } from '../shared/language.js';

function translateIn(root) {
  for (const node of root.querySelectorAll('.fjs-select-placeholder')) {
    if (node.textContent === 'Select') node.firstChild.data = words.Select;
  }
  for (const input of root.querySelectorAll('input[placeholder="Search"]')) input.placeholder = words.Search;
}

export function translateLeftovers(root) {
  if (isEnglish) return;
  new MutationObserver(() => translateIn(root)).observe(root, { childList: true, subtree: true, characterData: true });
}
