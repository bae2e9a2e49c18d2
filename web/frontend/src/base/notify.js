// What the bell tells, shown by the browser: wished for by a button on the account page, on this device alone.
import { mountEach } from '../shared/mount.js';

const WISH = 'kf-browser-notices';
const SHOWN = 'kf-notice-shown'; // the newest notice that was shown, so that several tabs show it once

const isPossible = () => 'Notification' in window && window.isSecureContext;
const isWished = () => isPossible() && Notification.permission === 'granted' && localStorage.getItem(WISH) === 'on';

/** The newest unread notice, as the bell carries it. */
function newest() {
  return document.querySelector('[data-notice-key]');
}

function remember() {
  const bell = newest();
  if (bell) localStorage.setItem(SHOWN, bell.dataset.noticeKey);
}

function tell() {
  const bell = newest();
  if (!bell || !isWished() || BigInt(bell.dataset.noticeKey) <= BigInt(localStorage.getItem(SHOWN) ?? 0)) return;
  remember();
  const notice = new Notification(bell.dataset.noticeSubject, { tag: `kf-${bell.dataset.noticeKey}`, icon: bell.dataset.noticeIcon });
  notice.onclick = () => {
    window.focus();
    location.assign(bell.href);
  };
}

/** A tab in the background asks too: that is when a notice is wanted. */
function listen(bell) {
  bell.closest('[data-live-url]')?.toggleAttribute('data-live-hidden', isWished());
}

class Switch {
  constructor(element) {
    this.words = JSON.parse(element.dataset.words);
    this.state = element.querySelector('[data-browser-notices-state]');
    this.button = element.querySelector('button');
    this.button.addEventListener('click', () => this.turn());
    if (isPossible()) this.show();
  }

  async turn() {
    if (isWished()) {
      localStorage.setItem(WISH, 'off');
    } else if ((await Notification.requestPermission()) === 'granted') {
      remember();
      localStorage.setItem(WISH, 'on');
    }
    this.show();
    document.querySelectorAll('[data-bell]').forEach(listen);
  }

  show() {
    const denied = Notification.permission === 'denied';
    this.state.textContent = denied ? this.words.denied : isWished() ? this.words.on : this.words.off;
    this.button.textContent = isWished() ? this.words.turn_off : this.words.turn_on;
    this.button.hidden = denied;
  }
}

mountEach('[data-browser-notices]', (element) => new Switch(element));
mountEach('[data-bell]', listen);
document.addEventListener('kf:content', tell);
tell();
