// Saves what is typed by itself, a moment after the last change and when the page is left.
import { pick } from '../shared/language.js';
import { sendJson } from '../shared/request.js';

const QUIET_MS = 1500;

export class Draft {
  constructor({ url, csrf, state, show }) {
    Object.assign(this, { url, csrf, state, show, timer: null, saving: Promise.resolve(), active: false });
  }

  /** `read()` gives the form's data as it stands now: what the form holds at the start counts as saved. */
  start(read) {
    if (!this.url) return;
    this.read = read;
    this.saved = JSON.stringify(read());
    this.active = true;
    addEventListener('pagehide', () => this.leave());
  }

  leave() {
    if (!this.active) return;
    // form-js takes over what is typed after a pause, or when the field loses focus.
    document.activeElement?.blur();
    this.send({ keepalive: true });
  }

  changed() {
    if (!this.active) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET_MS);
  }

  save() {
    clearTimeout(this.timer);
    this.saving = this.saving.then(() => this.send());
    return this.saving;
  }

  async send(options = {}) {
    const data = this.read();
    const text = JSON.stringify(data);
    if (!this.active || text === this.saved) return;
    const body = { data, revision: this.state.revision };
    const answer = await sendJson(this.url, 'PUT', body, { csrf: this.csrf, ...options });
    if (answer.ok) return this.done(text, answer.body);
    if (answer.status === 409) this.stop();
    this.show(answer.message);
  }

  done(text, body) {
    this.saved = text;
    if (body?.revision != null) this.state.revision = body.revision;
    const time = new Date().toLocaleTimeString(pick('zh-CN', 'en-GB'), { hour: '2-digit', minute: '2-digit' });
    this.show(pick(`草稿已保存 ${time}`, `Draft saved at ${time}`));
  }

  /** No draft may arrive after the form itself: wait for the one under way, start no other. */
  async pause() {
    clearTimeout(this.timer);
    this.wasActive = this.active;
    this.active = false;
    await this.saving;
  }

  resume() {
    this.active = this.wasActive;
  }

  stop() {
    clearTimeout(this.timer);
    this.active = false;
    this.wasActive = false;
  }
}
