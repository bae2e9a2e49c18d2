// From figures to ECharts' options. Tooltips are drawn in the SVG: HTML ones would carry inline styles, which the policy forbids.

const COLOURS = ['#0b63ce', '#e07b00', '#2b8a57', '#b3261e', '#7a4fc4', '#0f8b8d', '#946200', '#5f6b7a'];

const withUnit = (unit) => (value) => (value == null ? '–' : unit ? `${value} ${unit}` : String(value));

function shared({ unit, title }, style) {
  const text = style.color;
  return {
    color: COLOURS,
    textStyle: { fontFamily: style.fontFamily, color: text },
    aria: { enabled: true, label: { description: title } },
    legend: { top: 0, textStyle: { color: text } },
    tooltip: { renderMode: 'richText', valueFormatter: withUnit(unit), confine: true },
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  };
}

function parts({ categories, series }, style) {
  const data = categories.map((name, index) => ({ name, value: series[0].values[index] }));
  return { series: [{ type: 'pie', radius: ['40%', '70%'], top: 24, data, label: { color: style.color } }] };
}

function axes({ kind, categories, series, unit, stacked }, style) {
  const line = { lineStyle: { color: style.borderColor } };
  return {
    grid: { top: 48, left: 8, right: 16, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: categories, axisLine: line, axisLabel: { color: style.color } },
    yAxis: { type: 'value', name: unit, splitLine: line, axisLabel: { color: style.color }, nameTextStyle: { color: style.color } },
    series: series.map(({ name, values }) => ({ type: kind, name, data: values, stack: stacked ? 'all' : undefined, connectNulls: false })),
  };
}

/** `{kind: line|bar|pie, categories: […], series: [{name, values: […]}], unit?, title?, stacked?}` in the element's colours. */
export function optionFor(figures, style) {
  const base = shared(figures, style);
  if (figures.kind === 'pie') return { ...base, ...parts(figures, style) };
  return { ...base, ...axes(figures, style), tooltip: { ...base.tooltip, trigger: 'axis' } };
}
