/** Line plots as SVG. */

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** In the order of the legend. */
  readonly series: readonly string[];
  readonly points: readonly { readonly series: string; readonly x: number; readonly y: number }[];
}

/** Both axes logarithmic: a line that is level costs the same everywhere, one of slope 1 in proportion. Values above 0. */
export async function logLogPlot({ title, x, y, series, points }: Plot): Promise<string> {
  // Loaded here: who only wants the numbers need not wait for a quarter of a second of modules.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const axis = (name: 'x' | 'y', label: string) => ({
    field: name,
    type: 'quantitative' as const,
    title: label,
    scale: { type: 'log' as const },
    axis: { values: decades(points.map((point) => point[name])), format: ',~r' },
  });
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 560,
    height: 320,
    background: 'white',
    data: { values: [...points] },
    mark: { type: 'line', point: true },
    encoding: {
      x: axis('x', x),
      y: axis('y', y),
      color: {
        field: 'series',
        type: 'nominal',
        title: null,
        sort: [...series],
        legend: { orient: 'bottom', columns: 1, labelLimit: 400 },
      },
    },
  });
  const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG();
  return `${svg}\n`;
}

/** The powers of ten around these values, all that an axis needs. */
function decades(values: readonly number[]): number[] {
  const logs = values.map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
}
