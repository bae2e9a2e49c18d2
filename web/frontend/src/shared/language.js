// The reader's language, from <html lang>, and text in it. Anything that is not English is Chinese.

export const isEnglish = document.documentElement.lang.toLowerCase().startsWith('en');

/** `pick('已保存', 'Saved')`: the one for the reader. */
export function pick(chinese, english) {
  return isEnglish ? english : chinese;
}

/** A bpmn.io `translate` service over a dictionary; {placeholders} are filled. English needs no dictionary. */
export function translateModule(dictionary) {
  const words = isEnglish ? {} : dictionary;
  const translate = (template, replacements = {}) =>
    (words[template] ?? template).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
  return { translate: ['value', translate] };
}
