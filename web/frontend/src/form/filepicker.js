// `filepicker` with an upload behind it: its value is the list of ids that the server gave.
import { Description, Errors, Label, useExpressionEvaluation } from '@bpmn-io/form-js-viewer';
import { h } from 'form-viewer-preact';
import { useRef, useState } from 'form-viewer-preact/hooks';

import { pick } from '../shared/language.js';
import { send } from '../shared/request.js';

/** The uploads of one form: sends files, knows their names, and can be waited for. */
export class Uploads {
  constructor({ url, csrf, names }) {
    Object.assign(this, { url, csrf, names: { ...names }, pending: new Set() });
  }

  nameOf(id) {
    return this.names[id] ?? id;
  }

  /** Resolves to `{id}` or `{message}`. */
  upload(file) {
    const sending = this.post(file).finally(() => this.pending.delete(sending));
    this.pending.add(sending);
    return sending;
  }

  async post(file) {
    const body = new FormData();
    body.append('file', file);
    const { ok, body: answer, message } = await send(this.url, { method: 'POST', csrf: this.csrf, body });
    if (!ok || answer?.id == null) return { message: `${file.name}: ${message}` };
    this.names[answer.id] = answer.name ?? file.name;
    return { id: answer.id };
  }

  async settled() {
    while (this.pending.size) await Promise.all(this.pending);
  }
}

function FileList({ ids, uploads, locked, remove }) {
  const item = (id) => h('li', { key: id }, h('span', {}, uploads.nameOf(id)), !locked && h('button', {
    type: 'button',
    class: 'kf-file-remove',
    'aria-label': pick(`移除 ${uploads.nameOf(id)}`, `Remove ${uploads.nameOf(id)}`),
    onClick: () => remove(id),
  }, '×'));
  return ids.length ? h('ul', { class: 'kf-file-list' }, ids.map(item)) : null;
}

function Chooser({ domId, field, many, locked, busy, errorId, choose }) {
  const input = useRef(null);
  const onDrop = (event) => { event.preventDefault(); if (!locked) choose(event.dataTransfer.files); };
  return h('div', { class: 'fjs-filepicker-container', onDragOver: (event) => event.preventDefault(), onDrop },
    h('input', {
      type: 'file', class: 'fjs-hidden', id: domId, ref: input, multiple: many, disabled: locked,
      accept: field.accept || undefined, 'aria-describedby': errorId,
      onChange: () => { choose(input.current.files); input.current.value = ''; },
    }),
    h('button', { type: 'button', class: 'fjs-button fjs-filepicker-button', disabled: locked, onClick: () => input.current.click() },
      pick('选择文件', 'Choose files')),
    h('span', { class: 'kf-file-hint', role: 'status' },
      busy ? pick('正在上传…', 'Uploading…') : pick('或拖到这里', 'or drop them here')));
}

/** The form-js component over one form's uploads. */
function makeFilePicker(uploads) {
  function FilePicker({ field, onChange, domId, errors = [], disabled, readonly, value }) {
    const many = useExpressionEvaluation(field.multiple) === true;
    const [refused, setRefused] = useState([]);
    const [busy, setBusy] = useState(false);
    const ids = Array.isArray(value) ? value : [];
    const latest = useRef(ids);
    latest.current = ids;
    const locked = Boolean(disabled || readonly || !uploads.url);

    const change = (next) => { latest.current = next; onChange({ value: next }); };
    const choose = async (fileList) => {
      const files = many ? [...fileList] : [...fileList].slice(0, 1);
      setRefused([]);
      setBusy(true);
      for (const file of files) {
        const { id, message } = await uploads.upload(file);
        if (message) setRefused((list) => [...list, message]);
        else change(many ? [...latest.current, id] : [id]);
      }
      setBusy(false);
    };

    const all = [...errors, ...refused];
    const errorId = `${domId}-error-message`;
    return h('div', { class: `fjs-form-field fjs-form-field-filepicker${all.length ? ' fjs-has-errors' : ''}` },
      h(Label, { htmlFor: domId, label: field.label, required: field.validate?.required }),
      h(Chooser, { domId, field, many, locked, busy, errorId, choose }),
      h(FileList, { ids, uploads, locked, remove: (id) => change(ids.filter((other) => other !== id)) }),
      h(Description, { description: field.description }),
      h(Errors, { id: errorId, errors: all }));
  }
  FilePicker.config = {
    type: 'filepicker', keyed: true, group: 'basic-input', emptyValue: null,
    name: 'File picker', label: 'File picker', create: (options = {}) => options,
    sanitizeValue: ({ value }) => (Array.isArray(value) ? value : null),
  };
  return FilePicker;
}

export function filePickerModule(uploads) {
  function register(formFields) {
    formFields.register('filepicker', makeFilePicker(uploads));
  }
  register.$inject = ['formFields'];
  return { __init__: ['kefuflowFilePicker'], kefuflowFilePicker: ['type', register] };
}
