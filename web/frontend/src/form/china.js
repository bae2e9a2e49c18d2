// Numbers, dates and times as people in China write them, put into form-js's own writing before it reads them:
// ￥1,234.50, full-width digits, 2026年3月5日, 明天, 下午6点半. A comma never begins the decimals.

import { isEnglish } from '../shared/language.js';

const NUMBER = '.fjs-form-field-number input';
const DATE = '.fjs-form-field-datetime input';
const plain = (text) => text.normalize('NFKC');

export function plainNumber(text) {
  return plain(text).replace(/人民币|CNY|RMB|[¥元,\s]/gi, '');
}

const two = (number) => String(number).padStart(2, '0');
const isoDay = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const DAYS_ON = { 昨天: -1, 今天: 0, 明天: 1, 后天: 2 };
const PART_OF_HOUR = { 半: 30, 一刻: 15, 三刻: 45 };
const CLOCK = /^(凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*(\d{1,2})\s*(?:[点时:]\s*(?:(半|一刻|三刻)|(\d{1,2})\s*分?)?)?$/;

/** A day, from 2026年3月5日, 20260305, 3月5日 or 明天; one without its year is the next that is not before `first`. */
export function plainDay(text, now = new Date(), first = null) {
  const written = plain(text).trim();
  const whole = written.match(/^(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*[日号]?$/) ?? written.match(/^(\d{4})(\d{2})(\d{2})$/);
  if (whole) return `${whole[1]}-${two(whole[2])}-${two(whole[3])}`;
  if (written in DAYS_ON) return isoDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + DAYS_ON[written]));
  // Whether 5/3 is in March or in May, a reader of English would have to say.
  const short = written.match(isEnglish ? /^(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?$/ : /^(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*[日号]?$/);
  if (!short) return written;
  const isPast = first && new Date(now.getFullYear(), short[1] - 1, short[2]) < first;
  return `${now.getFullYear() + (isPast ? 1 : 0)}-${two(short[1])}-${two(short[2])}`;
}

/** A time, from 18点30分, 下午6点半, 1830 or 9. */
export function plainTime(text) {
  const written = plain(text).trim();
  const digits = written.match(/^(\d{2})(\d{2})$/);
  if (digits) return `${digits[1]}:${digits[2]}`;
  const [found, half, hours, part, minutes] = written.match(CLOCK) ?? [];
  if (!found) return written;
  // 晚上12点 is the end of the day or its beginning: nobody knows.
  if (/凌晨|傍晚|晚上/.test(half) && Number(hours) === 12) return '';
  const later = /下午|傍晚|晚上/.test(half) ? hours < 12 : half === '中午' && hours < 10;
  return `${two(Number(hours) + (later ? 12 : 0))}:${two(PART_OF_HOUR[part] ?? minutes ?? 0)}`;
}

/** A day as the field's calendar writes it: in which order, that is the browser's, not the page's. */
function inCalendarsWriting(calendar, text) {
  const [year, month, day] = text.split('-').map(Number);
  const date = new Date(year, month - 1, day);
  const isDay = date.getMonth() === month - 1 && date.getDate() === day;
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
    const { _flatpickr: calendar, value } = target;
    const text = calendar ? plainDay(value, new Date(), calendar.config.minDate) : plainTime(value);
    if (/^[\d:-]*$/.test(text) && rewrite(target, calendar ? inCalendarsWriting(calendar, text) : text)) target.dispatchEvent(new Event('input', { bubbles: true }));
  };
  root.addEventListener('blur', settle, true);
  root.addEventListener('keydown', (event) => { if (event.key === 'Enter') settle(event); }, true);
}
