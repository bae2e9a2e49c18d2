// Says on a page that its reader is no longer signed in, keeps forms from being sent into nothing, and goes on once they are.
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';
import { checkSession } from '../shared/session.js';

let sentence = null;

function say(user) {
  const text = user
    ? pick('这个浏览器里已换人登录，本页不再更新。', 'Somebody else signed in on this browser; this page is no longer kept up to date.')
    : pick('登录已过期，本页不再更新。填写的内容还在：', 'You are signed out; this page is no longer kept up to date. What you typed is still here:');
  const link = h('a', { class: 'alert-link', href: '/sign-in', target: '_blank' }, pick('在新标签页登录后回到这里', 'sign in in a new tab, then come back here'));
  const next = h('div', { class: 'alert alert-danger text-body sticky-top m-0 rounded-0 py-2 text-center', role: 'alert', tabindex: '-1' }, text, ' ', !user && link);
  if (sentence) sentence.replaceWith(next);
  else document.querySelector('main')?.before(next);
  sentence = next;
}

document.addEventListener('kf:session', ({ detail: { user, isSame } }) => {
  if (!isSame) return say(user);
  if (!sentence) return;
  sentence.remove();
  sentence = null;
  document.querySelectorAll('[data-live-url]').forEach((region) => region.dispatchEvent(new CustomEvent('kf:refresh')));
});
document.addEventListener('submit', (event) => {
  if (!sentence || event.target.method !== 'post') return;
  event.preventDefault();
  event.stopImmediatePropagation();
  sentence.focus();
}, true);
document.addEventListener('visibilitychange', () => document.hidden || checkSession());
// A page that the browser kept is shown as it was.
addEventListener('pageshow', ({ persisted }) => persisted && checkSession());
