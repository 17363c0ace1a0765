import { parseArgs } from 'node:util';
import { Crowd, LocalEnvironment, longestGap, verdictOf } from '@devplatform/harness';
import Table from 'cli-table3';
import { Interruption } from './interruption.ts';
import { killAndEnd, type KillCase, type KillResult } from './killing/kill-case.ts';
import { RELEASES } from './releases.ts';

const HELP = `npx nx kills bluegreen [-- --only deploy|rollback] [-- --every N] [-- --json]

Kills the command line (kill -9) before and after every line of the journal of a deployment and of a rollback, under load, and ends
each run by \`resume\` and by \`abort\`. Prints the matrix. Exit code 0 only if each came to a legal end, no request failed, nobody was
offline, no edit was lost or doubled, and the deployment log verifies.

  npx nx kills bluegreen                         every line, about twenty minutes
  npx nx kills bluegreen -- --every 5            every fifth line
  npx nx kills bluegreen -- --only rollback`;

/** Users at work meanwhile. */
const LOAD = { requestsPerSecond: 50, scenes: 2, editorsPerScene: 10, editsPerSecond: 80 };
const NO_MINIMUM = { requests: 0, requestsPerSecond: 0, sessions: 0, editsPerSecond: 0, largestUpload: 0, jobs: 0 };
const KINDS = ['deploy', 'rollback'] as const;
const COLUMNS = (['before', 'after'] as const).flatMap((when) => (['resume', 'abort'] as const).map((verb) => ({ when, verb })));

const { values } = parseArgs({
  options: { only: { type: 'string' }, every: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const every = Number(values.every ?? 1);
const kinds = KINDS.filter((kind) => values.only === undefined || values.only === kind);
if (values.help) {
  console.log(HELP);
} else if (!Number.isInteger(every) || every < 1 || kinds.length === 0) {
  console.error('--every takes a whole number from 1 on, --only deploy or rollback. Nothing was started.');
  process.exitCode = 2;
} else {
  process.exitCode = await run();
}

/** Resolves to the exit code. */
async function run(): Promise<number> {
  const interruption = new Interruption();
  console.error('v1.2.0 comes up on blue');
  await using environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  interruption.ends(environment);
  await using crowd = await Crowd.gather(environment, LOAD);
  const results: KillResult[] = [];
  for (const kind of kinds) for (const column of COLUMNS) results.push(...(await through(environment, { kind, ...column })));
  const evidence = await crowd.evidence();
  const users = verdictOf(evidence, NO_MINIMUM).filter(({ promise }) => ['BG-1', 'BG-2', 'BG-3'].includes(promise));
  const verified = await environment.command(['log', 'backend', '--verify']);
  const gap = longestGap(evidence.editors.editors);
  const broken = [
    ...results.flatMap(({ kind, line, when, verb, faults }) => faults.map((fault) => `${kind} ${when} line ${line}, ${verb}: ${fault}`)),
    ...users.flatMap((finding) => finding.broken),
    ...(gap > 0 ? [`somebody was offline for ${gap.toFixed(0)} ms`] : []),
    ...(verified.exitCode === 0 ? [] : [`the deployment log does not verify: ${JSON.stringify(verified.events.at(-1))}`]),
  ];
  if (values.json) console.log(JSON.stringify({ holds: broken.length === 0, results, broken }));
  else {
    for (const kind of kinds) console.log(tableOf(kind, results));
    for (const { promise, title, figure } of users) console.log(`${promise} ${title}: ${figure}`);
    console.log(`longest time without a connection: ${gap.toFixed(0)} ms; the log verifies: ${verified.exitCode === 0 ? 'yes' : 'no'}`);
    console.log([`${results.length} kills, ${broken.length} faults`, ...broken.map((line) => `✗ ${line}`)].join('\n'));
  }
  return broken.length === 0 ? 0 : 1;
}

/** Every line in turn, until the run has no more. */
async function through(environment: LocalEnvironment, column: Omit<KillCase, 'line'>): Promise<readonly KillResult[]> {
  const results: KillResult[] = [];
  for (let line = 0; ; line += every) {
    const result = await killAndEnd(environment, { ...column, line });
    if (result === null) return results;
    results.push(result);
    const { kind, when, verb, last, outcome, ms, faults } = result;
    console.error(`${kind} ${when} ${line} (${last}): ${verb} ${outcome}, ${(ms / 1000).toFixed(1)} s${faults.length === 0 ? '' : ' ✗'}`);
  }
}

function tableOf(kind: KillCase['kind'], all: readonly KillResult[]): string {
  const results = all.filter((result) => result.kind === kind);
  const table = new Table({
    head: ['', kind, ...COLUMNS.map(({ when, verb }) => `killed ${when}, ${verb}`)],
    style: { head: [], border: [] },
  });
  for (const line of [...new Set(results.map((result) => result.line))].sort((a, b) => a - b)) {
    const of = results.filter((result) => result.line === line);
    const cells = COLUMNS.map(({ when, verb }) => {
      const result = of.find((each) => each.when === when && each.verb === verb);
      return result === undefined ? '' : `${result.faults.length === 0 ? '' : '✗ '}${result.outcome} ${(result.ms / 1000).toFixed(1)} s`;
    });
    table.push([line, of.find(({ when }) => when === 'after')?.last ?? '', ...cells]);
  }
  return table.toString();
}
