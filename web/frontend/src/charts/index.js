// <div data-chart="#data">: figures as lines, bars or parts. The page shows the same figures as a table.
import './charts.css';

import { mountEach } from '../shared/mount.js';

/** ECharts is large: it comes when there is something to draw. */
async function draw(element) {
  const { Chart } = await import('./chart.js');
  new Chart(element).draw();
}

mountEach('[data-chart]', draw);
