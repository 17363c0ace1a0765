import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProcess, isAlive, until } from '@devplatform/embedded';
import { Crowd, LocalEnvironment, verdictOf, type CrowdSize, type Finding, type Minimum } from '@devplatform/harness';
import { RELEASES } from './releases.ts';

const SIZE: CrowdSize = { requestsPerSecond: 40, scenes: 4, editorsPerScene: 5, editsPerSecond: 30 };
const NO_MINIMUM: Minimum = { requests: 0, requestsPerSecond: 0, sessions: 0, editsPerSecond: 0, largestUpload: 0, jobs: 0 };
const SECOND = SIZE.requestsPerSecond;

interface Survival {
  readonly findings: readonly Finding[];
  /** Edits that were acknowledged while the part was away. */
  readonly acknowledgedMeanwhile: number;
}

describe('a part that both slots share', () => {
  let environment: LocalEnvironment;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  }, 90_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  it.each([
    ['PostgreSQL', { DATABASE_URL: 'postgresql://nobody:nothing@127.0.0.1:9/devplatform' }, /migrat|database|PostgreSQL/i],
    ['Redis', { REDIS_URL: 'redis://127.0.0.1:9' }, /redis/i],
    ['the object store', { S3_ENDPOINT: 'http://127.0.0.1:9', S3_ACCESS_KEY: 'nobody', S3_SECRET_KEY: 'nothing' }, /storage|store/i],
  ])(
    'BG-50: %s down at the start of a slot keeps that slot from being switched to',
    async (_part, env, named) => {
      const before = await environment.describe();
      const args = ['deploy', 'backend', '--slot', 'green', '--release', 'v1.3.0', '--readiness-timeout', '4'];
      const { exitCode, output } = await environment.command(args, env);
      expect(exitCode).not.toBe(0);
      expect(output).toMatch(named);
      const after = await environment.describe();
      expect(after).toMatchObject({ active: 'blue', slots: { blue: before.slots.blue, green: { running: false } } });
    },
    60_000,
  );

  it('BG-51: PostgreSQL dying loses no acknowledged edit, and nothing is acknowledged while it is away', async () => {
    const { findings, acknowledgedMeanwhile } = await survives('postgres');
    expect(acknowledgedMeanwhile).toBe(0);
    expect(broken(findings, 'BG-2')).toEqual([]);
    expect(broken(findings, 'BG-3')).toEqual([]);
  }, 90_000);

  it('BG-52: Redis dying loses no edit and no job', async () => {
    const { findings } = await survives('redis');
    expect(broken(findings, 'BG-2')).toEqual([]);
    expect(broken(findings, 'BG-3')).toEqual([]);
    expect(broken(findings, 'BG-6')).toEqual([]);
  }, 90_000);

  it('BG-53: the object store dying in mid-upload loses no byte', async () => {
    const { findings } = await survives('s3');
    expect(broken(findings, 'BG-5')).toEqual([]);
    expect(broken(findings, 'BG-6')).toEqual([]);
  }, 90_000);

  /** A crowd works, the part is killed, is away for a second, and comes back. */
  const survives = async (part: string): Promise<Survival> => {
    await using crowd = await Crowd.gather(environment, SIZE);
    await crowd.goesOnFor(2 * SECOND);
    await crowd.uploads([
      { fileName: 'large.glb', content: { bytes: 12_000_000, seed: 1 }, bandwidth: 4 },
      { fileName: 'small.glb', content: { bytes: 1_000_000, seed: 2 } },
    ]);
    await crowd.goesOnFor(SECOND);
    const record = findProcess(environment.home, part);
    if (record === null) throw new Error(`${part} does not run`);
    // PostgreSQL's own word for a crash; the others know only the kernel's.
    process.kill(record.pid, part === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
    await until(() => !isAlive(record), { what: `${part} to end`, deadlineMs: 10_000 });
    // What was on its way to the clients then has arrived after this.
    await crowd.goesOnFor(SECOND / 4);
    const away = { from: Date.now(), to: 0 };
    await crowd.goesOnFor(SECOND);
    away.to = Date.now();
    await environment.parts();
    await crowd.goesOnFor(4 * SECOND);
    const evidence = await crowd.evidence();
    const acknowledged = evidence.editors.acks.map(({ at, ms }) => at + ms);
    const acknowledgedMeanwhile = acknowledged.filter((at) => at > away.from && at < away.to).length;
    return { findings: verdictOf(evidence, NO_MINIMUM), acknowledgedMeanwhile };
  };
});

const broken = (findings: readonly Finding[], promise: string): readonly string[] | undefined =>
  findings.find((finding) => finding.promise === promise)?.broken;
