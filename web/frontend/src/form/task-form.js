// One mounted form: fills it, sends it, and keeps what was typed whatever the server says.
import { Form } from '@bpmn-io/form-js-viewer';

import words from '../i18n/form.zh.js';
import { h } from '../shared/dom.js';
import { pick, translateModule } from '../shared/language.js';
import { sendJson } from '../shared/request.js';
import { acceptChineseWriting } from './china.js';
import { Draft } from './draft.js';
import { filePickerModule, Uploads } from './filepicker.js';
import { translateLeftovers } from './leftovers.js';
import { focusFirstError, showServerErrors } from './server-errors.js';

const BUTTON = 'button';
// form-js takes over what is typed after a pause of 300 ms, a number only in its next drawing, a time only when its field is left:
// what is sent before that lacks it.
const SETTLE_MS = 400;
const FIELDS = 'input, textarea, select';
// Enter chooses what is marked in their lists; form-js lets it send the whole form besides.
const PICKERS = '.fjs-form-field-select input, .fjs-form-field-taglist input, .fjs-form-field-datetime input';

function hasSubmit({ components = [] }) {
  return components.some((part) => (part.type === BUTTON && (part.action ?? 'submit') === 'submit') || hasSubmit(part));
}

function withSubmit(schema) {
  if (hasSubmit(schema)) return schema;
  const button = { type: BUTTON, id: 'kf_submit', label: pick('提交', 'Submit'), action: 'submit' };
  return { ...schema, components: [...(schema.components ?? []), button] };
}

export class TaskForm {
  constructor(element, { schema, data = {}, revision = null, files = {} }) {
    const { submitUrl, draftUrl, uploadUrl, csrf } = element.dataset;
    this.element = element;
    this.readOnly = element.hasAttribute('data-readonly');
    this.schema = this.readOnly ? schema : withSubmit(schema);
    this.data = data;
    this.submitUrl = submitUrl;
    this.csrf = csrf;
    this.state = { revision };
    this.awareOf = [];
    this.sending = false;
    this.uploads = new Uploads({ url: uploadUrl, csrf, names: files });
    this.draft = new Draft({ url: this.readOnly ? null : draftUrl, csrf, state: this.state, show: (text) => this.say(text) });
  }

  async mount() {
    this.alert = h('div', { class: 'kf-form-alert', role: 'alert', hidden: true });
    this.status = h('div', { class: 'kf-form-status', role: 'status' });
    const container = h('div', {});
    this.element.replaceChildren(this.alert, container, this.status);
    this.form = new Form({
      container,
      properties: { readOnly: this.readOnly },
      additionalModules: [translateModule(words), filePickerModule(this.uploads)],
    });
    translateLeftovers(container);
    acceptChineseWriting(container);
    container.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target.matches(PICKERS)) event.preventDefault();
    });
    this.holdUntilSettled(container);
    await this.form.importSchema(this.schema, this.data);
    this.draft.start(() => this.form._getSubmitData());
    this.form.on('changed', () => this.draft.changed());
    this.form.on('submit', ({ data, errors }) => this.submit(data, errors));
  }

  /** A form that is sent right after a key was hit, or from a field that is left by that, waits until form-js has what was typed. */
  holdUntilSettled(container) {
    let touched = 0;
    const touch = ({ target }) => { if (target.matches(FIELDS)) touched = Date.now(); };
    container.addEventListener('input', touch, true);
    container.addEventListener('focusout', touch, true);
    container.addEventListener('submit', (event) => {
      if (document.activeElement?.matches(FIELDS)) document.activeElement.blur();
      const left = touched + SETTLE_MS - Date.now();
      if (left <= 0) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      setTimeout(() => event.target.requestSubmit(), left);
    }, true);
  }

  async submit(data, errors) {
    if (this.sending || this.readOnly) return;
    if (Object.keys(errors).length) return this.refuse(pick('请先更正标出的内容。', 'Please correct what is marked first.'));
    this.setSending(true);
    await this.uploads.settled();
    await this.draft.pause();
    // What was uploaded meanwhile belongs to it.
    const body = { data: this.form._getSubmitData(), revision: this.state.revision, aware_of: this.awareOf };
    const answer = await sendJson(this.submitUrl, 'POST', body, { csrf: this.csrf });
    this.setSending(false);
    if (answer.ok) return this.leave(answer);
    this.draft.resume();
    const unplaced = answer.status === 422 ? showServerErrors(this.form, answer.body?.errors ?? {}) : [];
    // Whoever sends it again has read of these.
    const told = answer.body?.cases ?? [];
    if (told.length) this.awareOf = told.map(({ number }) => number);
    this.refuse(answer.message, [...unplaced, ...told.map(({ text, url }) => h('a', { href: url, target: '_blank', rel: 'noopener' }, text))]);
  }

  leave({ body, redirected, url }) {
    this.draft.stop();
    if (body?.redirect) location.assign(body.redirect);
    else if (redirected) location.assign(url);
    else location.reload();
  }

  refuse(message, details = []) {
    this.alert.replaceChildren(h('strong', {}, message));
    if (details.length) this.alert.append(h('ul', {}, ...details.map((detail) => h('li', {}, detail))));
    this.alert.hidden = false;
    // form-js draws the errors in its next turn.
    setTimeout(() => focusFirstError(this.element) || this.alert.scrollIntoView({ block: 'nearest' }));
  }

  setSending(sending) {
    this.sending = sending;
    this.element.setAttribute('aria-busy', String(sending));
    if (sending) this.alert.hidden = true;
    this.element.querySelectorAll('button[type=submit]').forEach((button) => { button.disabled = sending; });
  }

  say(text) {
    this.status.textContent = text;
  }
}
