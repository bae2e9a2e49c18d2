// The reader's language, from <html lang>, and text in it. Anything that is not English is Chinese.

export const isEnglish = document.documentElement.lang.toLowerCase().startsWith('en');

/** `pick('已保存', 'Saved')`: the one for the reader. */
export function pick(chinese, english) {
  return isEnglish ? english : chinese;
}

/** `User Task`, `User task` and `UserTask` are one word: the panel's header and the menus write it differently. */
function plain(text) {
  return text.toLowerCase().replace(/[\s()-]/g, '');
}

function chineseFor(dictionary, otherwise) {
  const byPlain = new Map(Object.entries(dictionary).map(([key, chinese]) => [plain(key), chinese]));
  return (text) => dictionary[text] ?? byPlain.get(plain(text)) ?? otherwise(text) ?? text;
}

/**
 * A bpmn.io `translate` service over a dictionary; {placeholders} are filled. `otherwise(text)` is asked for what the
 * dictionary lacks and may answer null. English needs no dictionary.
 */
export function translateModule(dictionary, otherwise = () => null) {
  const find = isEnglish ? (text) => text : chineseFor(dictionary, otherwise);
  const translate = (template, replacements = {}) =>
    find(template).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
  return { translate: ['value', translate] };
}
