// <p data-present-url>: says every few seconds that this page is open, and shows who else is at the same case.
import { mountEach } from '../shared/mount.js';
import { checkSession, currentToken } from '../shared/session.js';

const EVERY_MS = 5000;
const TYPED_FOR_MS = 20_000;
let typedAt = -Infinity;

document.addEventListener('input', ({ target }) => {
  if (target.matches?.('main textarea, main input, main [contenteditable]')) typedAt = performance.now();
});

class Presence {
  constructor(place) {
    this.place = place;
    this.say();
    this.timer = setInterval(() => document.hidden || this.say(), EVERY_MS);
  }

  async say() {
    if (!this.place.isConnected) return clearInterval(this.timer);
    const headers = { 'HX-Request': 'true', 'X-CSRFToken': currentToken() };
    const body = new URLSearchParams({ writing: performance.now() - typedAt < TYPED_FOR_MS ? 'yes' : '' });
    try {
      const answer = await fetch(this.place.dataset.presentUrl, { method: 'POST', headers, body, credentials: 'same-origin' });
      if (answer.redirected || answer.status === 400) checkSession();
      else if (answer.ok) this.show((await answer.text()).trim());
    } catch {
      // No connection now: the next turn says it again.
    }
  }

  // Said aloud only when it has changed.
  show(html) {
    if (html === this.shown) return;
    this.shown = html;
    this.place.innerHTML = html;
  }
}

mountEach('[data-present-url]', (place) => new Presence(place));
