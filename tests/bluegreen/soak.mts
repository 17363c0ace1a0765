import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  LocalEnvironment,
  SOAK,
  SOAK_FAULT_PLACES,
  soak,
  soakVerdict,
  type SoakPlan,
  type SoakRound,
  type SoakVerdict,
} from '@devplatform/harness';
import { Interruption } from './interruption.ts';
import { RELEASES } from './releases.ts';

const HELP = `npx nx soak bluegreen [-- --rounds N] [-- --seed N] [-- --json]

Switches and rollbacks back to back by the real command line, under 100 editors in scenes of ten who make 500 edits a second, eight
uploads of 100 MB and 200 jobs; in every third round something breaks for real (processes are killed, parts crash, connections are
reset), in an order that the seed decides. Exit code 0 only if nothing was lost or doubled, everybody sees one state, every ledger
adds up, planned switches were 0 ms offline and crashes at most 3 s, and acknowledgements stayed within 500 ms (p99) and twice
the steady figure on planned switches.

  npx nx soak bluegreen                                30 rounds, about three minutes
  npx nx soak bluegreen -- --seed 42                   another order of the faults
  npx nx soak bluegreen -- --rounds 6                  a short one, with its share of the load`;

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, seed: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const rounds = Number(values.rounds ?? SOAK.rounds);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
if (values.help) {
  console.log(HELP);
} else if (!Number.isInteger(rounds) || rounds < 1 || rounds > 200 || !Number.isInteger(seed) || seed < 0) {
  console.error('--rounds takes a whole number from 1 to 200, --seed one from 0 on. Nothing was started.');
  process.exitCode = 2;
} else {
  process.exitCode = await run(planOf(rounds, seed), values.json ?? false);
}

/** Fewer rounds get their share of uploads and jobs, so that the load a second is the same. */
function planOf(number: number, order: number): SoakPlan {
  const share = (total: number): number => Math.max(1, Math.round((total * number) / SOAK.rounds));
  return { ...SOAK, rounds: number, seed: order, largeUploads: share(SOAK.largeUploads), jobs: share(SOAK.jobs) };
}

/** Resolves to the exit code. */
async function run(plan: SoakPlan, json: boolean): Promise<number> {
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  const home = mkdtempSync(join(tmpdir(), 'devplatform-soak-'));
  const holds = await work(new Interruption(), home, plan, say, json);
  if (holds) rmSync(home, { recursive: true });
  else say(`The logs and the data of this run stay in ${home}.`);
  return holds ? 0 : 1;
}

async function work(
  interruption: Interruption,
  home: string,
  plan: SoakPlan,
  say: (text: string) => void,
  json: boolean,
): Promise<boolean> {
  say(`seed ${plan.seed}; v1.2.0 comes up on blue`);
  await using environment = await LocalEnvironment.bringUp({ home, releases: RELEASES, faults: SOAK_FAULT_PLACES });
  interruption.ends(environment);
  const report = await soak(environment, plan, (round) => {
    say(roundText(round, plan.rounds));
  });
  const verdict = soakVerdict(report);
  if (json) console.log(JSON.stringify({ seed: plan.seed, ...verdict, rounds: report.rounds }));
  else say(`\n${verdictText(verdict)}`);
  return verdict.holds;
}

function roundText({ number, move, timeline, fault }: SoakRound, of: number): string {
  const { from, to, told, asked, drained, ended } = timeline;
  const empty = drained === null ? 'never' : `${((drained - told) / 1000).toFixed(1)} s`;
  const broke = fault === null ? '' : `; ${fault.name}, mended after ${((fault.mended - fault.at) / 1000).toFixed(1)} s`;
  return `${String(number).padStart(2)}/${of} ${move.padEnd(8)} ${from} → ${to}, command ${((ended - asked) / 1000).toFixed(1)} s, old slot empty after ${empty}${broke}`;
}

function verdictText({ lines }: SoakVerdict): string {
  const shown = lines.flatMap(({ what, holds, figure, broken }) => [
    `${holds ? '✓' : '✗'} ${what}: ${figure}`,
    ...broken.slice(0, 10).map((complaint) => `      ${complaint}`),
  ]);
  return shown.join('\n');
}
