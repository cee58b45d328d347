/** The parts that benchmarks share: medians, turns, tables, plots, and the page that their runs write. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linesOf, tableOf } from '../../scripts/bench/ipam-table.ts';
import { machineLine } from '../../scripts/bench/machine-line.ts';
import { withSection } from '../../scripts/bench/page.ts';
import { drawn } from '../../scripts/bench/plot.ts';
import { bodyOf, type Context, writeReport } from '../../scripts/bench/report.ts';
import { measureInRounds } from '../../scripts/bench/rounds.ts';
import { formatMs, formatRatio, quantile, summarize } from '../../scripts/bench/statistics.ts';
import { markdownTable } from '../../scripts/bench/table.ts';
import { timed } from '../../scripts/bench/timed.ts';
import { inFolder, tree } from '../support/disk.ts';

const statistics = suite('statistics');

statistics('the median is the middle, or half-way between the two there', () => {
  assert.is(summarize([9, 1, 5]).median, 5);
  assert.is(summarize([4, 1, 2, 10]).median, 3);
  assert.is(summarize([7]).median, 7);
});
statistics('the 95th percentile lies between the nearest samples', () => {
  const hundred = Array.from({ length: 101 }, (_, index) => 100 - index);
  assert.is(summarize(hundred).p95, 95);
  assert.is(quantile([10, 20], 0.95), 19.5);
});
statistics('samples are left in their order', () => {
  const samples = [3, 1, 2];
  summarize(samples);
  assert.equal(samples, [3, 1, 2]);
});
statistics('no samples are no zero', () => {
  assert.throws(() => summarize([]), /no samples/);
});
statistics('numbers have three digits, or more before the point', () => {
  assert.equal([0.1234, 1.5, 12.34, 123.4, 1234.5].map(formatMs), ['0.123', '1.50', '12.3', '123', '1,235']);
  assert.is(formatRatio(1.4), '1.40×');
});
statistics.run();

const rounds = suite('rounds');

rounds('take turns, begin with another one each time, and leave the first try out', async () => {
  const order: string[] = [];
  const subject = (name: string) => ({
    name,
    measure: () => {
      order.push(name);
      // The first try is an outlier, which would be seen in the summary.
      return order.filter((one) => one === name).length === 1 ? 1_000 : 2;
    },
  });
  const measured = await measureInRounds(['a', 'b', 'c'].map(subject), { rounds: 3 });
  assert.is(order.join(''), 'abc'.concat('abc', 'bca', 'cab'));
  assert.equal(
    measured.map(({ name, median, p95 }) => ({ name, median, p95 })),
    ['a', 'b', 'c'].map((name) => ({ name, median: 2, p95: 2 })),
  );
});
rounds('a failure ends them', async () => {
  const failing = { measure: () => Promise.reject(new Error('no disk')) };
  const failure = await measureInRounds([failing], { rounds: 3 }).catch((error: unknown) => error);
  assert.match(String(failure), /no disk/);
});
rounds('a program that fails is not measured, and says why', () => {
  const args = ['-e', 'console.log("no address"); process.exit(1)'];
  assert.throws(() => timed(process.execPath, { args }), /ended with 1\nno address/);
});
rounds('a program gets its environment alone and its input', () => {
  process.env['WINCNI_OF_THE_BENCH'] = 'not passed on';
  const script =
    'process.stdin.pipe(process.stdout); const { CNI_COMMAND, WINCNI_OF_THE_BENCH } = process.env; ' +
    'console.log(JSON.stringify({ CNI_COMMAND, WINCNI_OF_THE_BENCH }))';
  const { stdout } = timed(process.execPath, { args: ['-e', script], env: { CNI_COMMAND: 'ADD' }, input: 'conf' });
  Reflect.deleteProperty(process.env, 'WINCNI_OF_THE_BENCH');
  assert.is(stdout, '{"CNI_COMMAND":"ADD"}\nconf');
});
rounds.run();

const tables = suite('tables');

tables('align text left and numbers right', () => {
  const table = markdownTable(['what', '10'], [['ours', '1.50×'], ['a longer name']]);
  assert.equal(table.split('\n'), [
    '| what          |    10 |',
    '| ------------- | ----: |',
    '| ours          | 1.50× |',
    '| a longer name |       |',
  ]);
});

const at = (series: string, size: number | undefined, median: number) => ({ series, size, median, p95: median });
const POINTS = [
  at('start', undefined, 30),
  at('ours', 10, 2),
  at('peer', 10, 4),
  at('ours', 60, 3),
  at('peer', 60, 40),
];

tables('of leases say growth, and how ours compares', () => {
  const [start, ours, peer] = linesOf(POINTS);
  assert.ok(start !== undefined && ours !== undefined && peer !== undefined);
  const table = tableOf({ lives: [ours, peer], sizes: [10, 60], peer, nodeStart: start });
  assert.equal(
    table.split('\n').map((line) => line.replaceAll(/ +/g, ' ')),
    [
      '| leases | 10 | 60 | growth |',
      table.split('\n')[1],
      '| ours | 2.00 (2.00) | 3.00 (3.00) | 1.50× |',
      '| peer | 4.00 (4.00) | 40.0 (40.0) | 10.00× |',
      "| ours ÷ Debian's | 0.50× | 0.07× | |",
      '| start | 30.0 (30.0) | | |',
    ],
  );
});
tables('without the peer compare nothing', () => {
  const [, ours] = linesOf(POINTS);
  assert.ok(ours !== undefined);
  const table = tableOf({ lives: [ours], sizes: [10, 60], peer: undefined, nodeStart: undefined });
  assert.is(table.split('\n').length, 3);
});
tables.run();

const pages = suite('the page');

const section = (name: string, body: string) => ({ name, title: `About ${name}`, body });

pages('gets a section for each benchmark, and keeps the others', () => {
  const two = withSection(withSection(undefined, section('ipam', 'old numbers')), section('startup', 'start numbers'));
  const page = withSection(two, section('ipam', 'new numbers'));
  assert.is(page, two.replace('old numbers', 'new numbers'));
  assert.match(page, /^# Performance\n/);
  assert.ok(page.indexOf('About ipam') < page.indexOf('About startup'));
});
pages('keeps what people wrote around the sections', () => {
  const own = `${withSection('# Speed\n\nBefore.\n', section('ipam', 'old'))}\nAfter.\n`;
  assert.is(withSection(own, section('ipam', 'new')), own.replace('old', 'new'));
});
pages('with half a section is not written over', () => {
  assert.throws(() => withSection('<!-- bench ipam -->\n', section('ipam', 'x')), /not a pair/);
});

const CONTEXT: Context = {
  name: 'ipam',
  command: 'npm run bench -- ipam',
  machine: 'a machine',
  date: new Date('2026-01-02T03:04:05Z'),
};
const plot = { title: 'Cost', x: 'leases', y: 'ms', series: ['b', 'a'] };
const points = plot.series.flatMap((series) => [10, 60_000].map((x) => ({ series, x, y: x / 5 })));

pages('say command, day and machine', () => {
  const text = bodyOf({ title: 'T', body: 'numbers', plot: undefined }, CONTEXT);
  assert.is(text, '`npm run bench -- ipam`, 2026-01-02: a machine.\n\nnumbers');
});
pages('are written with their plot beside them', () =>
  inFolder(async (folder) => {
    const report = { title: 'Addresses', body: 'numbers', plot: { ...plot, points } };
    const paths = await writeReport(report, CONTEXT, folder);
    assert.equal(
      paths,
      ['performance.md', 'performance-ipam.svg'].map((name) => join(folder, name)),
    );
    const files = tree(folder);
    assert.match(files['performance.md'] ?? '', /numbers\n\n!\[Cost\]\(performance-ipam\.svg\)/);
    assert.match(files['performance-ipam.svg'] ?? '', /^<svg [\s\S]*<\/svg>\n$/);
  }),
);
pages('the same numbers draw the same lines, each in the legend', async () => {
  const svg = await drawn({ ...plot, points });
  assert.is(svg, await drawn({ ...plot, points }));
  for (const text of ['Cost', 'leases', 'ms', 'a', 'b', '100,000']) assert.ok(svg.includes(`>${text}</text>`), text);
});
pages('or bars, in the order that they are given', async () => {
  const bars = ['VERSION', 'ADD'].flatMap((name) => plot.series.map((series) => ({ series, name, x: name.length })));
  const svg = await drawn({ ...plot, x: 'ms', bars });
  const texts = [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);
  for (const text of ['Cost', 'ms', 'a', 'b']) assert.ok(texts.includes(text), text);
  assert.equal(
    texts.filter((text) => text === 'VERSION' || text === 'ADD'),
    ['VERSION', 'ADD'],
  );
});
pages('the machine has a line', () => {
  const line = machineLine('.');
  assert.match(line, new RegExp(`Node ${process.versions.node.replaceAll('.', '\\.')}`));
  assert.not.match(line, /undefined|\n/);
});
pages.run();
