// One chart: drawn as SVG, again when its place or the theme changes.
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, registerLocale, use } from 'echarts/core';
import zh from 'echarts/i18n/langZH-obj.js';
import { SVGRenderer } from 'echarts/renderers';

import { isEnglish } from '../shared/language.js';
import { optionFor } from './option.js';

use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);
registerLocale('ZH', zh);

export class Chart {
  constructor(element) {
    this.element = element;
    this.figures = JSON.parse(document.querySelector(element.dataset.chart).textContent);
    this.resizing = new ResizeObserver(() => this.chart.resize());
    this.recolouring = new MutationObserver(() => this.draw());
  }

  draw() {
    this.chart?.dispose();
    this.chart = init(this.element, null, { renderer: 'svg', locale: isEnglish ? 'EN' : 'ZH' });
    this.chart.setOption(optionFor(this.figures, getComputedStyle(this.element)));
    this.resizing.observe(this.element);
    this.recolouring.observe(document.documentElement, { attributeFilter: ['data-bs-theme'] });
    this.element.dataset.drawn = '';
  }
}
