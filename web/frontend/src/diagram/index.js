// <div data-diagram-url>: where a case stands, drawn once it scrolls into view. The viewer is loaded only then.
import './diagram.css';

import { mountEach } from '../shared/mount.js';

async function draw(element) {
  const { showDiagram } = await import('./viewer.js');
  await showDiagram(element);
}

const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    draw(target);
  }
}, { rootMargin: '200px' });

mountEach('[data-diagram-url]', (element) => sight.observe(element));
