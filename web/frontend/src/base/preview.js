// <a data-preview="name" href="picture">: shows the picture over the page; a new tab is still a middle click away.
import { h } from '../shared/dom.js';
import { pick } from '../shared/language.js';

function show(link) {
  const close = () => { dialog.close(); dialog.remove(); link.focus(); };
  const dialog = h('dialog', { class: 'kf-dialog kf-preview', 'aria-label': link.dataset.preview, oncancel: close },
    h('img', { src: link.href, alt: link.dataset.preview, class: 'img-fluid' }),
    h('div', { class: 'kf-dialog-buttons mt-2' },
      h('a', { class: 'btn', href: link.href, target: '_blank', rel: 'noopener' }, pick('在新标签页打开', 'Open in a new tab')),
      h('button', { type: 'button', class: 'btn btn-primary', onclick: close }, pick('关闭', 'Close'))));
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-preview]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link);
});
