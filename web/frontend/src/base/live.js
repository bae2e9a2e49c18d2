// <section data-live-url data-live-every="20">: refreshes itself and keeps the reader's place.
import { Idiomorph } from 'idiomorph';

import { announceContent, mountEach } from '../shared/mount.js';
import { checkSession } from '../shared/session.js';

// A tick or a choice is kept by what is swapped in; only text is in the making.
const TYPING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

function isBusy(region) {
  const active = document.activeElement;
  const typing = region.contains(active) && active.matches(TYPING);
  const selecting = !document.getSelection().isCollapsed && region.contains(document.getSelection().anchorNode);
  return typing || selecting || Boolean(document.querySelector('dialog[open], .modal.show, .dropdown-menu.show'));
}

/** Whether the reader, not the server, set this attribute: it then survives the swap. */
function isReaders(name, node) {
  return name === 'open' && node instanceof HTMLDetailsElement;
}

/** Whether a field holds something that the server did not put there: it is then left alone. */
function isEdited(node) {
  if (node instanceof HTMLSelectElement) return [...node.options].some((option) => option.selected !== option.defaultSelected);
  if (node instanceof HTMLTextAreaElement) return node.value !== node.defaultValue;
  if (!(node instanceof HTMLInputElement)) return false;
  return node.checked !== node.defaultChecked || node.value !== node.defaultValue;
}

/** Where the focus goes when what has it is swapped away: to what stands in the same place then, or in the last. */
function keepFocus(region) {
  const stops = () => [...region.querySelectorAll('a[href], button, input, select, textarea, summary')].filter((stop) => stop.getClientRects().length);
  const rows = () => [...region.querySelectorAll('[data-row]')];
  const active = document.activeElement;
  if (!region.contains(active)) return () => {};
  const place = stops().indexOf(active);
  const row = rows().indexOf(active.closest('[data-row]'));
  return () => {
    if (document.activeElement !== document.body) return;
    const left = rows();
    const next = row < 0 ? null : left[Math.min(row, left.length - 1)]?.querySelector('[data-row-open], [data-row-case]');
    (next ?? stops()[Math.min(place, stops().length - 1)])?.focus({ preventScroll: true });
  };
}

function swap(region, html) {
  const scroll = { left: window.scrollX, top: window.scrollY };
  const refocus = keepFocus(region);
  Idiomorph.morph(region, html, {
    morphStyle: 'innerHTML',
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: {
      beforeAttributeUpdated: (name, node) => !isReaders(name, node),
      beforeNodeMorphed: (old) => !isEdited(old),
    },
  });
  window.scrollTo(scroll);
  refocus();
  announceContent(region);
}

class LiveRegion {
  constructor(region) {
    this.region = region;
    this.version = null;
    this.loading = false;
    region.addEventListener('kf:refresh', () => this.refresh());
    this.timer = setInterval(() => this.rests || this.refresh(), Number(region.dataset.liveEvery || 20) * 1000);
  }

  /** A tab that nobody looks at asks for nothing, unless the region is wished for all the same. */
  get rests() {
    return document.hidden && !this.region.hasAttribute('data-live-hidden');
  }

  async refresh() {
    if (!this.region.isConnected) return this.stop();
    if (this.loading) return;
    this.loading = true;
    try {
      await this.fetch();
    } catch {
      // No connection now: the next turn tries again, and what is shown stays.
    } finally {
      this.loading = false;
    }
  }

  async fetch() {
    const headers = { 'HX-Request': 'true', ...(this.version && { 'If-None-Match': this.version }) };
    const response = await fetch(this.region.dataset.liveUrl, { headers, cache: 'no-store', credentials: 'same-origin' });
    if (response.status === 410) return this.stop();
    // Nothing new to show, perhaps under a newer name.
    if (response.status === 304) this.version = response.headers.get('ETag') ?? this.version;
    // A redirect is the login page: not what belongs here.
    if (response.redirected || response.status === 401) checkSession();
    if (response.status !== 200 || response.redirected || isBusy(this.region)) return;
    const html = await response.text();
    if (isBusy(this.region)) return;
    this.version = response.headers.get('ETag');
    swap(this.region, html);
  }

  stop() {
    clearInterval(this.timer);
  }
}

mountEach('[data-live-url]', (region) => new LiveRegion(region));
// `HX-Trigger: kf:refresh` reaches the element of the request: pass it on to every region.
document.addEventListener('kf:refresh', ({ target }) => {
  if (target.matches('[data-live-url]')) return;
  document.querySelectorAll('[data-live-url]').forEach((region) => region.dispatchEvent(new CustomEvent('kf:refresh')));
});
