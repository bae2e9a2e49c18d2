// A task's or a portal's form, drawn by form-js in place of the plain HTML form.
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import './form.css';

import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/l10n/zh.js';

import { isEnglish } from '../shared/language.js';
import { mountEach } from '../shared/mount.js';
import { TaskForm } from './task-form.js';

const LABELS = { yearAriaLabel: '年', monthAriaLabel: '月', hourAriaLabel: '时', minuteAriaLabel: '分' };
if (!isEnglish) flatpickr.localize({ ...Mandarin, ...LABELS, firstDayOfWeek: 1 });

async function mountForm(element) {
  const source = JSON.parse(document.querySelector(element.dataset.form).textContent);
  const form = new TaskForm(element, source);
  await form.mount();
  const fallback = element.dataset.fallback && document.querySelector(element.dataset.fallback);
  if (fallback) fallback.hidden = true;
}

// The plain form stays in place when this one cannot be drawn.
mountEach('[data-form]', (element) => mountForm(element).catch((error) => {
  element.replaceChildren();
  console.error('form not mounted:', error);
}));
