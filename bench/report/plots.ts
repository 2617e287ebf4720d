// Plots as SVG, drawn by Apache ECharts without a browser: the same text for the same numbers.

import { init } from 'echarts';

export interface Bars {
  readonly title: string;
  /** What the numbers are, with their unit. */
  readonly unit: string;
  readonly categories: readonly string[];
  /** A bar each in every category, or with `stacked` a part of its one bar. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly stacked?: boolean;
  /** For numbers of several orders of magnitude. */
  readonly logarithmic?: boolean;
}

const [WIDTH, HEIGHT] = [720, 360];

export function bars({
  title,
  unit,
  categories,
  series,
  stacked = false,
  logarithmic = false,
}: Bars): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      title: { text: title, left: 'center', textStyle: { fontSize: 14 } },
      legend: { bottom: 0 },
      grid: { left: 70, right: 20, top: 50, bottom: 60 },
      xAxis: { type: 'category', data: [...categories], axisLabel: { interval: 0 } },
      yAxis: { type: logarithmic ? 'log' : 'value', name: unit },
      series: series.map(({ name, values }) => ({
        name,
        type: 'bar',
        data: [...values],
        ...(stacked && { stack: 'all' }),
      })),
    });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose(); // else its timer keeps the process alive
  }
}
