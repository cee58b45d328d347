/** Plots as SVG: lines over a size, or bars beside one another. */
import type { TopLevelSpec } from 'vega-lite';

interface Titled {
  readonly title: string;
  /** What an axis says. */
  readonly x: string;
  /** In the order of the legend. */
  readonly series: readonly string[];
}

/** Both axes logarithmic: a line that is level costs the same everywhere, one of slope 1 in proportion. Values above 0. */
export interface Lines extends Titled {
  readonly y: string;
  readonly points: readonly { readonly series: string; readonly x: number; readonly y: number }[];
}

/** From zero to the right, those of one name together. */
export interface Bars extends Titled {
  readonly bars: readonly { readonly series: string; readonly name: string; readonly x: number }[];
}

export type Plot = Lines | Bars;

export async function drawn(plot: Plot): Promise<string> {
  // Loaded here: who only wants the numbers need not wait for a quarter of a second of modules.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const { spec } = compile('bars' in plot ? barsOf(plot) : linesOf(plot));
  const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG();
  return `${svg}\n`;
}

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

const legendOf = ({ series }: Titled) => ({
  field: 'series',
  type: 'nominal' as const,
  title: null,
  sort: [...series],
  legend: { orient: 'bottom' as const, columns: 1, labelLimit: 400 },
});

function linesOf(plot: Lines): TopLevelSpec {
  const { title, x, y, points } = plot;
  const axis = (name: 'x' | 'y', label: string) => ({
    field: name,
    type: 'quantitative' as const,
    title: label,
    scale: { type: 'log' as const },
    axis: { values: decades(points.map((point) => point[name])), format: ',~r' },
  });
  return {
    $schema: SCHEMA,
    title,
    width: 560,
    height: 320,
    background: 'white',
    data: { values: [...points] },
    mark: { type: 'line', point: true },
    encoding: { x: axis('x', x), y: axis('y', y), color: legendOf(plot) },
  };
}

function barsOf(plot: Bars): TopLevelSpec {
  const { title, x, series, bars } = plot;
  return {
    $schema: SCHEMA,
    title,
    width: 560,
    height: { step: 14 },
    background: 'white',
    data: { values: [...bars] },
    mark: 'bar',
    encoding: {
      x: { field: 'x', type: 'quantitative', title: x },
      y: { field: 'name', type: 'nominal', title: null, sort: null, axis: { labelLimit: 600 } },
      yOffset: { field: 'series', sort: [...series] },
      color: legendOf(plot),
    },
  };
}

/** The powers of ten around these values, all that an axis needs. */
function decades(values: readonly number[]): number[] {
  const logs = values.map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
}
