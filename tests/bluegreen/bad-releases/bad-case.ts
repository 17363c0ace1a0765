import { otherSlot, type Slot } from '@devplatform/contracts';
import { Crowd, type CommandResult, type CrowdSize, type LocalEnvironment } from '@devplatform/harness';
import type { BadRelease, Build } from './bad-release.ts';
import { judge, type Judged, type RunRecord } from './judgement.ts';
import { timesOf } from './run-journal.ts';

/** Users at work meanwhile. */
const LOADS: Readonly<Record<BadRelease['load'], CrowdSize>> = {
  usual: { requestsPerSecond: 100, scenes: 2, editorsPerScene: 5, editsPerSecond: 40 },
  'hardly any': { requestsPerSecond: 0.2, scenes: 1, editorsPerScene: 2, editsPerSecond: 1 },
};
/** Of the usual load, before the deployment and after it. */
const STEADY_SECONDS = 3;
const JOBS = 3;
const JOB_BYTES = 300_000;
/** What never gets ready need not be waited for as long as the specification has it. */
const READINESS_SECONDS = 6;
const GOOD_BASE = 'v1.2.0';
const GOOD = 'v1.3.0';

const tagOf = (build: Build | null, good: string): string => (build === null ? good : `v${build.version}`);

/** Deploys one bad release, which must have been built, under load, and says what came of it. */
export async function runCase(environment: LocalEnvironment, release: BadRelease): Promise<Judged> {
  const good = await serve(environment, tagOf(release.base, GOOD_BASE));
  const bad = otherSlot(good);
  const usual = release.load === 'usual';
  const size = LOADS[release.load];
  const steady = usual ? size.requestsPerSecond * STEADY_SECONDS : 1;
  await using crowd = await Crowd.gather(environment, size);
  await crowd.goesOnFor(steady);
  if (usual)
    await crowd.uploads(Array.from({ length: JOBS }, (_, i) => ({ fileName: `${i}.glb`, content: { bytes: JOB_BYTES, seed: i } })));

  const before = await environment.describe();
  const result = await environment.command([
    ...['deploy', 'backend', '--slot', bad, '--release', tagOf(release.build, GOOD)],
    ...(release.expected.kind === 'refused' ? ['--readiness-timeout', String(READINESS_SECONDS)] : []),
    ...(release.monitorSeconds === null ? [] : ['--monitor', `${release.monitorSeconds}s`]),
  ]);
  const after = await environment.describe();
  await crowd.goesOnFor(steady);
  const record = recordOf(result);
  return judge(release, {
    ...{ exitCode: result.exitCode, output: result.output, record, good, bad, active: after.active },
    logged: record === null ? null : await loggedRecord(environment, record.id),
    times: record === null ? null : timesOf(environment.home, record.id),
    goodIsAsBefore: JSON.stringify(after.slots[good]) === JSON.stringify(before.slots[good]),
    evidence: await crowd.evidence(),
  });
}

/** Makes `tag` serve, where it does not yet, while nobody works; returns its slot. */
async function serve(environment: LocalEnvironment, tag: string): Promise<Slot> {
  const { active, slots } = await environment.describe();
  if (active === null) throw new Error('no slot serves');
  if (slots[active].release === tag) return active;
  await environment.deploy(otherSlot(active), tag);
  return otherSlot(active);
}

const recordOf = ({ events }: CommandResult): RunRecord | null => events.find((event) => event.type === 'closed')?.record ?? null;

/** What the deployment log says of a run; null: nothing. */
async function loggedRecord(environment: LocalEnvironment, id: string): Promise<unknown> {
  const { exitCode, output } = await environment.command(['log', 'backend', '--id', id]);
  return exitCode === 0 ? JSON.parse(output) : null;
}
