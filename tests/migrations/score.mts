import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { Case } from './case.ts';
import { CASES } from './corpus/all.ts';
import { EXPLAINED } from './explained.ts';
import { decidedByPrevious, pairsOf, tallyOf, type Judged, type Tally, type Wrong } from './judgement.ts';
import { judgedByReplay } from './replayed.ts';
import { judgedBySquawk } from './squawk.ts';
import { judgedStatically } from './static.ts';

const HELP = `npx nx score migration-tests [-- --replay] [-- --squawk] [-- --json] [-- --case TEXT] [-- --database-url URL]

Scores the migration checker on the corpus (tests/migrations/corpus): the verdict without a database, on every case. Exit code 0 only
if every case is right (and, with --replay, PostgreSQL says the same on every case that explained.ts does not name).

  --replay        runs every case on PostgreSQL as well (the embedded one without --database-url), and lists where they differ
  --squawk        squawk-cli on the same cases beside it
  --case TEXT     only cases whose id contains TEXT; says what was found in each
  --json          one JSON object instead of the tables`;

const { values } = parseArgs({
  options: {
    ...{ replay: { type: 'boolean' }, squawk: { type: 'boolean' }, json: { type: 'boolean' } },
    ...{ case: { type: 'string' }, 'database-url': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  },
});
const cases = CASES.filter(({ id }) => id.includes(values.case ?? ''));
if (values.help) console.log(HELP);
else if (cases.length === 0) {
  console.error(`No case has ${values.case ?? ''} in its id.`);
  process.exitCode = 2;
} else process.exitCode = await run();

interface Column {
  readonly name: string;
  readonly judged: Judged;
}

async function run(): Promise<number> {
  const statically = await judgedStatically(cases);
  const replayed = values.replay ? await judgedByReplay(cases, values['database-url']) : null;
  const squawk = values.squawk ? await judgedBySquawk(cases) : null;
  const columns: readonly Column[] = [
    { name: 'static', judged: statically.judged },
    ...(replayed === null ? [] : [{ name: 'replay', judged: replayed.judged }]),
    ...(squawk === null
      ? []
      : [
          { name: `squawk ${squawk.version}`, judged: squawk.judged },
          { name: 'squawk without style', judged: squawk.withoutStyle },
        ]),
  ];
  const tally = tallyOf(cases, statically.judged);
  const differing = replayed === null ? [] : disagreements(replayed.judged);
  const holds = tally.wrong.length === 0 && differing.length === 0;
  const times = {
    staticMsFor100: (statically.ms / cases.length) * 100,
    ...(replayed === null ? {} : { replayMeanMs: mean(replayed.ms), replayMostMs: Math.max(...replayed.ms) }),
  };
  if (values.json) {
    const tallies = Object.fromEntries(columns.map(({ name, judged }) => [name, scoresOf(judged)]));
    console.log(
      JSON.stringify({ holds, cases: cases.length, pairs: pairsOf(cases).length, ...times, ignored: squawk?.ignored, tallies, differing }),
    );
    return holds ? 0 : 1;
  }
  if (values.case !== undefined) sayEach(columns);
  console.log(tableOf(columns));
  if (cases.length >= 100) console.log(`static: ${times.staticMsFor100.toFixed(0)} ms for 100 cases`);
  if (replayed !== null)
    console.log(`replay: ${mean(replayed.ms).toFixed(0)} ms a case, at most ${Math.max(...replayed.ms).toFixed(0)} ms`);
  if (squawk !== null && squawk.ignored.length > 0) console.log(`left out as style: ${squawk.ignored.join(', ')}`);
  for (const wrong of tally.wrong) console.log(`\nWRONG ${textOf(wrong)}`);
  for (const wrong of differing) console.log(`\nREPLAY DIFFERS ${textOf(wrong)}`);
  return holds ? 0 : 1;
}

/** Cases on which PostgreSQL says otherwise and nobody has explained it, and explanations that nothing needs. */
function disagreements(replayed: Judged): readonly Wrong[] {
  const { wrong } = tallyOf(cases, replayed);
  const differs = new Set(wrong.map(({ id }) => id));
  const stale = cases
    .filter(({ id }) => EXPLAINED[id] !== undefined && !differs.has(id))
    .map(({ id, verdict, violates, why }) => ({
      id,
      expected: verdict,
      violates,
      said: verdict,
      why,
      reasons: ['explained.ts need not name it any more'],
    }));
  return [...wrong.filter(({ id }) => EXPLAINED[id] === undefined), ...stale];
}

function scoresOf(judged: Judged) {
  const share = (chosen: readonly Case[]): Tally => tallyOf(chosen, judged);
  const pairs = pairsOf(cases);
  return {
    all: share(cases),
    compatOnly: share(cases.filter(({ violates }) => violates.join() === 'compat')),
    decidedByPrevious: share(decidedByPrevious(cases)),
    pairs: { count: pairs.length, right: pairs.filter((pair) => tallyOf(pair, judged).wrong.length === 0).length },
  };
}

function tableOf(columns: readonly Column[]): string {
  const table = new Table({ head: ['', ...columns.map(({ name }) => name)] });
  const scores = columns.map(({ judged }) => scoresOf(judged));
  const rows: readonly (readonly [string, (score: ReturnType<typeof scoresOf>) => string])[] = [
    ['right', ({ all }) => shareOf(all)],
    ['missed compat', ({ all }) => String(all.missedCompat)],
    ['missed lock', ({ all }) => String(all.missedLock)],
    ['false alarms', ({ all }) => String(all.falseAlarms)],
    ['not judged', ({ all }) => String(all.notJudged)],
    ['right where compat alone is violated', ({ compatOnly }) => shareOf(compatOnly)],
    ['right where the previous release decides', (score) => shareOf(score.decidedByPrevious)],
    ['pairs right on all sides', ({ pairs }) => shareOf({ right: pairs.right, cases: pairs.count })],
  ];
  for (const [title, cell] of rows) table.push([title, ...scores.map(cell)]);
  return table.toString();
}

function shareOf({ right, cases: all }: Pick<Tally, 'right' | 'cases'>): string {
  return `${String(right)} of ${String(all)}${all === 0 ? '' : ` (${((right / all) * 100).toFixed(1)} %)`}`;
}

function sayEach(columns: readonly Column[]): void {
  for (const { id, sql, verdict, violates, why, transaction } of cases) {
    console.log(`\n${id}: ${[verdict, ...violates].join(' ')} (${transaction}): ${why}\n${sql.trim().replaceAll(/^/gm, '  | ')}`);
    for (const { name, judged } of columns) {
      const { verdict: said, reasons } = judged.get(id) ?? { verdict: 'error', reasons: [] };
      console.log(`  ${name}: ${said}${reasons.map((reason) => `\n    ${reason}`).join('')}`);
    }
  }
}

function textOf({ id, expected, violates, said, why, reasons }: Wrong): string {
  return `${id}: ${[expected, ...violates].join(' ')}, and it said ${said}\n  ${why}${reasons.map((reason) => `\n  said: ${reason}`).join('')}`;
}

function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / Math.max(all.length, 1);
}
