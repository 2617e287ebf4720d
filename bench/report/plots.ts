// Plots as SVG, drawn by Apache ECharts without a browser: the same text for the same numbers.

import { type EChartsOption, init } from 'echarts';
import type { Bars, Lines, Plot } from './types.ts';

const [WIDTH, HEIGHT] = [720, 360];

export function draw(plot: Plot): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      title: { text: plot.title, left: 'center', textStyle: { fontSize: 14 } },
      legend: { bottom: 0 },
      grid: { left: 70, right: 40, top: 60, bottom: 70 },
      ...(plot.kind === 'bars' ? barsOf(plot) : linesOf(plot)),
    });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose(); // else its timer keeps the process alive
  }
}

function barsOf({ unit, categories, series, stacked = false }: Bars): EChartsOption {
  return {
    xAxis: {
      type: 'category',
      data: [...categories],
      axisLabel: { interval: 0, fontSize: categories.length > 8 ? 9 : 12 },
    },
    yAxis: { type: 'value', name: unit },
    series: series.map(({ name, values }) => ({
      name,
      type: 'bar',
      data: [...values],
      ...(stacked && { stack: 'all' }),
    })),
  };
}

function linesOf({ unit, along, series, logarithmic = false }: Lines): EChartsOption {
  const type = logarithmic ? 'log' : 'value';
  return {
    xAxis: { type, name: along, nameLocation: 'middle', nameGap: 25, min: 'dataMin' },
    yAxis: { type, name: unit },
    series: series.map(({ name, points }) => ({
      name,
      type: 'line',
      symbolSize: 6,
      data: points.map(([x, y]) => [x, y]),
    })),
  };
}
