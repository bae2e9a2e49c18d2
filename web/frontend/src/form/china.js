// Numbers, dates and times as people in China write them, put into form-js's own writing before it reads them:
// ￥1,234.50, full-width digits, 2026年3月5日, 18点30分. A comma never begins the decimals.

const NUMBER = '.fjs-form-field-number input';
const DATE = '.fjs-form-field-datetime input';
const plain = (text) => text.normalize('NFKC');

export function plainNumber(text) {
  return plain(text).replace(/人民币|CNY|RMB|[¥元,\s]/gi, '');
}

export function plainDate(text) {
  const written = plain(text).trim();
  const day = written.match(/^(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*[日号]?$/);
  if (day) return `${day[1]}-${day[2].padStart(2, '0')}-${day[3].padStart(2, '0')}`;
  const time = written.match(/^(\d{1,2})\s*[点时:]\s*(?:(\d{1,2})\s*分?)?$/);
  return time ? `${time[1].padStart(2, '0')}:${(time[2] ?? '0').padStart(2, '0')}` : written;
}

/** A day as the field's calendar writes it: in which order, that is the browser's, not the page's. */
function inCalendarsWriting({ _flatpickr: calendar }, text) {
  const [year, month, day] = text.split('-').map(Number);
  const date = new Date(year, month - 1, day);
  const isDay = calendar && date.getMonth() === month - 1 && date.getDate() === day;
  return isDay ? calendar.formatDate(date, calendar.config.dateFormat) : text;
}

function rewrite(input, text) {
  if (input.value === text) return false;
  input.value = text;
  return true;
}

/** In the capturing phase of the form: before form-js's own listeners at the field. */
export function acceptChineseWriting(root) {
  root.addEventListener('input', ({ target, isComposing }) => {
    if (!isComposing && target.matches?.(NUMBER)) rewrite(target, plainNumber(target.value));
  }, true);
  root.addEventListener('compositionend', ({ target }) => {
    if (target.matches?.(NUMBER) && rewrite(target, plainNumber(target.value))) {
      target.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }, true);
  // form-js lets no other sign into a number than those of a plain one: a full-width digit is typed for its plain twin.
  root.addEventListener('keypress', (event) => {
    const { target, key } = event;
    if (!target.matches?.(NUMBER) || key.length !== 1 || key === plain(key) || !/[\d.-]/.test(plain(key))) return;
    event.preventDefault();
    event.stopPropagation();
    target.setRangeText(plain(key), target.selectionStart, target.selectionEnd, 'end');
    target.dispatchEvent(new Event('input', { bubbles: true }));
  }, true);
  const settle = ({ target }) => {
    if (!target.matches?.(DATE)) return;
    const text = plainDate(target.value);
    if (/^[\d:-]+$/.test(text) && rewrite(target, inCalendarsWriting(target, text))) target.dispatchEvent(new Event('input', { bubbles: true }));
  };
  root.addEventListener('blur', settle, true);
  root.addEventListener('keydown', (event) => { if (event.key === 'Enter') settle(event); }, true);
}
