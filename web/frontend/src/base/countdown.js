// <time data-due="ISO" [data-warn="ISO"] [data-paused]>: how long is left, or how late it is.
import { pick } from '../shared/language.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON = HOUR;
const STATES = ['kf-due-ok', 'kf-due-soon', 'kf-due-late', 'kf-due-paused'];
const serverNow = Date.parse(document.querySelector('meta[name="kf-now"]')?.content ?? '');
const offset = Number.isNaN(serverNow) ? 0 : serverNow - Date.now();

const unit = (count, chinese, english) => pick(`${count} ${chinese}`, `${count} ${english}`);

/** Two units at most: `3 天 4 小时`, `2 小时 5 分`, `4 分 10 秒`. */
export function duration(milliseconds) {
  const days = Math.floor(milliseconds / DAY);
  const hours = Math.floor((milliseconds % DAY) / HOUR);
  const minutes = Math.floor((milliseconds % HOUR) / MINUTE);
  const seconds = Math.floor((milliseconds % MINUTE) / 1000);
  if (days) return `${unit(days, '天', 'd')}${hours ? ` ${unit(hours, '小时', 'h')}` : ''}`;
  if (hours) return `${unit(hours, '小时', 'h')}${minutes ? ` ${unit(minutes, '分', 'min')}` : ''}`;
  if (minutes >= 5) return unit(minutes, '分', 'min');
  return minutes ? `${unit(minutes, '分', 'min')} ${unit(seconds, '秒', 's')}` : unit(seconds, '秒', 's');
}

function stateOf(element, left) {
  if (element.hasAttribute('data-paused')) return 'kf-due-paused';
  if (left < 0) return 'kf-due-late';
  const warn = Date.parse(element.dataset.warn ?? '');
  const soonFrom = Number.isNaN(warn) ? Date.parse(element.dataset.due) - SOON : warn;
  return Date.now() + offset >= soonFrom ? 'kf-due-soon' : 'kf-due-ok';
}

function textOf(state, left) {
  if (state === 'kf-due-paused') return pick('已暂停', 'paused');
  if (state === 'kf-due-late') return pick(`超时 ${duration(-left)}`, `${duration(-left)} late`);
  return pick(`剩余 ${duration(left)}`, `${duration(left)} left`);
}

function show(element) {
  const due = Date.parse(element.dataset.due);
  if (Number.isNaN(due)) return;
  if (!element.title) element.title = element.textContent.trim();
  const left = due - (Date.now() + offset);
  const state = stateOf(element, left);
  const text = textOf(state, left);
  if (element.textContent !== text) element.textContent = text;
  if (!element.classList.contains(state)) {
    element.classList.remove(...STATES);
    element.classList.add(state);
  }
}

export function showCountdowns(root = document) {
  root.querySelectorAll('time[data-due]').forEach(show);
}

showCountdowns();
setInterval(() => document.hidden || showCountdowns(), 1000);
for (const event of ['kf:content', 'htmx:load', 'visibilitychange']) {
  document.addEventListener(event, () => showCountdowns());
}
