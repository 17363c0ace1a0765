import { parseArgs } from 'node:util';
import { otherSlot } from '@devplatform/contracts';
import { LocalEnvironment, type CommandResult } from '@devplatform/harness';
import Table from 'cli-table3';
import { Interruption } from './interruption.ts';
import { RELEASES } from './releases.ts';

const HELP = `npx nx overhead bluegreen [-- --rounds N] [-- --json]

What the engine itself costs: deploys N times back and forth on target local (default 5), and takes from each command's wall time,
process start included, what it waited for the release: migrations, readiness, smoke tests, and work of the old slot to end. Asks
for the status after each. Exit code 0 only if no deployment had more than 3 s of its own, and no status took more than 1 s.

  npx nx overhead bluegreen
  npx nx overhead bluegreen -- --rounds 10`;

/** Milliseconds (issue 5). */
const LIMITS = { own: 3_000, status: 1_000 };
const OF_THE_RELEASE: readonly string[] = ['migrate', 'readiness', 'smoke', 'settle'];

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const rounds = Number(values.rounds ?? 5);
if (values.help) {
  console.log(HELP);
} else if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('--rounds takes a whole number from 1 on. Nothing was started.');
  process.exitCode = 2;
} else {
  process.exitCode = await run();
}

interface Round {
  readonly wholeMs: number;
  readonly ownMs: number;
  readonly statusMs: number;
}

async function run(): Promise<number> {
  const interruption = new Interruption();
  await using environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  interruption.ends(environment);
  const all: Round[] = [];
  while (all.length < rounds) all.push(await round(environment));
  const holds = all.every(({ ownMs, statusMs }) => ownMs <= LIMITS.own && statusMs <= LIMITS.status);
  if (values.json) console.log(JSON.stringify({ holds, rounds: all }));
  else console.log(tableOf(all));
  return holds ? 0 : 1;
}

async function round(environment: LocalEnvironment): Promise<Round> {
  const { active } = await environment.describe();
  const deployed = await environment.command(['deploy', 'backend', '--slot', otherSlot(active ?? 'green'), '--release', 'v1.3.0']);
  if (deployed.exitCode !== 0) throw new Error(`the deployment failed:\n${deployed.output}`);
  const status = await environment.command(['status', 'backend']);
  const wholeMs = deployed.ended - deployed.started;
  return { wholeMs, ownMs: wholeMs - waited(deployed), statusMs: status.ended - status.started };
}

function waited({ events }: CommandResult): number {
  const times = events.flatMap((event) => (event.type === 'step-done' && OF_THE_RELEASE.includes(event.step) ? event.ms : []));
  return times.reduce((sum, ms) => sum + ms, 0);
}

function tableOf(all: readonly Round[]): string {
  const table = new Table({
    head: ['', 'whole', `of its own (limit ${LIMITS.own} ms)`, `status (limit ${LIMITS.status} ms)`],
    style: { head: [], border: [] },
  });
  const whole = (ms: number): string => `${Math.round(ms)} ms`;
  for (const [index, { wholeMs, ownMs, statusMs }] of all.entries()) table.push([index + 1, whole(wholeMs), whole(ownMs), whole(statusMs)]);
  return table.toString();
}
