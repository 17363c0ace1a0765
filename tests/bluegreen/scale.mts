import { parseArgs } from 'node:util';
import { LocalEnvironment, scaleStep, type ScaleStep } from '@devplatform/harness';
import Table from 'cli-table3';
import { Interruption } from './interruption.ts';
import { RELEASES } from './releases.ts';

const HELP = `npx nx scale bluegreen [-- --sessions N …] [-- --json]

What a switch costs with more and more live sessions on this machine: scenes of ten, each session makes an edit every five
seconds, and everybody is moved once by the real command line. Exit code 0 only if nothing was lost, nobody was offline, the
hints were spread over at least 80 % of their window, no 100 ms had more than 20 % of the reconnects, and no backend needed
more than 600 MB.

  npx nx scale bluegreen                                  100, 300 and 1,000 sessions, about two minutes
  npx nx scale bluegreen -- --sessions 50                 one step`;

const LIMITS = { spread: 0.8, densest: 0.2, peakMb: 600 } as const;
const MAX_SESSIONS = 2000;

const { values } = parseArgs({
  options: { sessions: { type: 'string', multiple: true }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const sizes = (values.sessions ?? ['100', '300', '1000']).map(Number);
const wrong = sizes.find((size) => !Number.isInteger(size) || size < 10 || size > MAX_SESSIONS || size % 10 !== 0);
if (values.help) {
  console.log(HELP);
} else if (wrong !== undefined) {
  console.error(`--sessions takes multiples of ten from 10 to ${MAX_SESSIONS}. Nothing was started.`);
  process.exitCode = 2;
} else {
  process.exitCode = await measure(sizes, values.json ?? false);
}

/** Resolves to the exit code. */
async function measure(sessions: readonly number[], json: boolean): Promise<number> {
  const say = (line: string): void => {
    if (!json) console.error(line);
  };
  const interruption = new Interruption();
  say('v1.2.0 comes up on blue');
  await using environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  interruption.ends(environment);
  const steps: ScaleStep[] = [];
  for (const size of sessions) {
    say(`${size} sessions arrive, work, and are moved`);
    const first = steps.length === 0;
    steps.push(await scaleStep(environment, size, () => (first ? environment.deploy('green', 'v1.3.0') : environment.rollback())));
  }
  const broken = steps.flatMap(complaintsOf);
  if (json) console.log(JSON.stringify({ holds: broken.length === 0, steps, broken }));
  else console.log([tableOf(steps), ...broken.map((line) => `✗ ${line}`)].join('\n'));
  return broken.length === 0 ? 0 : 1;
}

function complaintsOf(step: ScaleStep): readonly string[] {
  const { sessions, windowMs, spread, lost, doubled, differentHashes, longestGapMs, handovers, peakMb } = step;
  const wide = spread.overMs / windowMs;
  return [
    ...(lost + doubled + differentHashes > 0 ? [`${lost} lost, ${doubled} doubled, ${differentHashes} scenes are not seen alike`] : []),
    ...(handovers === sessions && longestGapMs === 0 ? [] : [`${handovers} handovers, longest gap ${longestGapMs.toFixed(0)} ms`]),
    ...(wide >= LIMITS.spread ? [] : [`hints over ${(wide * 100).toFixed(0)} % of the window`]),
    ...(spread.densest <= LIMITS.densest ? [] : [`${(spread.densest * 100).toFixed(0)} % of the reconnects within 100 ms`]),
    ...(peakMb <= LIMITS.peakMb ? [] : [`a backend needed ${peakMb.toFixed(0)} MB`]),
  ].map((complaint) => `${sessions} sessions: ${complaint}`);
}

function tableOf(steps: readonly ScaleStep[]): string {
  const table = new Table({
    head: [
      'sessions',
      'lost',
      'moved, longest gap',
      'window',
      'spread over',
      'densest 100 ms',
      'ack p50/p99',
      'while moving',
      'CPU',
      'memory',
    ],
    colAligns: Array.from({ length: 10 }, () => 'right'),
    ...{ style: { head: [], border: [] }, chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' } },
  });
  const pair = ([p50, p99]: readonly [number, number]): string => `${p50.toFixed(0)}/${p99.toFixed(0)} ms`;
  for (const { sessions, lost, handovers, longestGapMs, windowMs, spread, ackMs, cpu, peakMb } of steps) {
    table.push([
      ...[sessions, lost, `${handovers}, ${longestGapMs.toFixed(0)} ms`, `${(windowMs / 1000).toFixed(1)} s`],
      ...[`${((spread.overMs / windowMs) * 100).toFixed(0)} %`, `${(spread.densest * 100).toFixed(1)} %`],
      ...[pair(ackMs.steady), pair(ackMs.moving), `${(cpu * 100).toFixed(0)} %`, `${peakMb.toFixed(0)} MB`],
    ]);
  }
  return table.toString();
}
