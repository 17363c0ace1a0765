import { randomUUID } from 'node:crypto';
import {
  Checkpoint,
  COMPACTION_QUEUE,
  JOB_CONTRACTS,
  modelQueue,
  otherSlot,
  SetAsideJobs,
  WorkerStatus,
  type Slot,
} from '@devplatform/contracts';
import { findProcess, isAlive, until } from '@devplatform/embedded';
import {
  generateGlb,
  LocalEnvironment,
  Platform,
  query,
  Uploader,
  withQueue,
  type CommandEvent,
  type UploadFile,
} from '@devplatform/harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RELEASES } from './releases.ts';

interface TaskRow extends Record<string, unknown> {
  readonly id: string;
  readonly file: string;
  readonly contract: number;
  readonly status: string;
  readonly effects: number;
  readonly versions: number;
  readonly release: string | null;
  readonly checkpoint: unknown;
}

/** What Redis says of a task's job: attempts used up, and which slot began it last and when. */
interface Trace {
  readonly attempts: number;
  readonly slot: string | undefined;
  readonly begun: number;
  readonly ended: number;
}

/** When a slot's workers were told to take jobs, or to take no more. Milliseconds since 1970. */
interface Order {
  readonly slot: Slot;
  readonly work: 'start' | 'pause';
  readonly at: number;
}

/** A model whose steps take long enough to be cut. */
const slowModel = (seed: number): Uint8Array => generateGlb({ bytes: 12_000_000, seed, detail: 8 });

/** Of each move: two that take seconds, six that are small or finely divided, two that are no model at all. */
const PER_MOVE = 10;
const BAD = [5, 9];

const fileOf = (move: number, i: number): UploadFile => {
  const seed = move * PER_MOVE + i;
  if (i < 2) return { fileName: `good-${seed}.glb`, content: slowModel(seed) };
  if (BAD.includes(i)) return { fileName: `bad-${seed}.glb`, content: Buffer.from(`no model, but file ${seed}`), held: true };
  return { fileName: `good-${seed}.glb`, content: { bytes: 400_000 * i, seed, detail: (i % 3) + 1 }, held: true };
};

describe('jobs', () => {
  let environment: LocalEnvironment;
  let projectId: string;
  let uploader: Uploader;
  let uploads: Awaited<ReturnType<Uploader['finish']>>;
  let databaseUrl: string;
  const orders: Order[] = [];

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    ({ databaseUrl } = await environment.parts());
    const platform = await Platform.register(environment.publicUrl);
    projectId = (await platform.createProject('Jobs')).id;
    uploader = new Uploader({ publicUrl: environment.publicUrl, token: platform.token, projectId });
    await moveWithJobs(0, (onEvent) => environment.deploy('green', 'v1.3.0', onEvent));
    await moveWithJobs(1, async (onEvent) => {
      // A rollback is too quick for what begins with it to be under way at its switch.
      onEvent({ type: 'step-started', step: 'readiness', does: 'nothing yet' });
      await reached(fileOf(1, 0).fileName, 1);
      return environment.rollback(onEvent);
    });
    await moveWithJobs(2, (onEvent) => environment.deploy('green', 'v1.3.0', onEvent));
    await moveWithJobs(3, (onEvent) => environment.deploy('blue', 'v1.3.0', onEvent));
    uploads = await uploader.finish();
  }, 240_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  it('JOB-1: mixed jobs over four switches and rollbacks take effect once each', async () => {
    expect(uploads.filter(({ status }) => status === 'lost').map(({ fileName, error }) => `${fileName}: ${error ?? ''}`)).toEqual([]);
    const rows = await tasks();
    const good = rows.filter(({ file }) => file.startsWith('good'));
    expect(good.filter(({ status, effects, versions }) => status !== 'done' || effects !== 1 || versions !== 1)).toEqual([]);
    const bad = rows.filter(({ file }) => file.startsWith('bad'));
    expect(bad.filter(({ status, effects, versions }) => status !== 'failed' || effects !== 0 || versions !== 1)).toEqual([]);
    expect([good.length, bad.length]).toEqual([4 * 8, 4 * 2]);
  });

  it('JOB-4: while v1.2.0 can be gone back to, jobs are such that it can do them, and some of v1.3.0 were', async () => {
    const rows = await tasks();
    // The fourth move put v1.3.0 into the place of v1.2.0.
    const before = rows.filter(({ file }) => Number(/\d+/.exec(file)?.[0]) < 3 * PER_MOVE);
    expect(new Set(before.map(({ contract }) => contract))).toEqual(new Set([1]));
    expect(new Set(before.map(({ release }) => release).filter((release) => release !== null))).toEqual(new Set(['1.2.0', '1.3.0']));
    const [after] = await process(slowModel(100));
    expect(after).toMatchObject({ contract: 2, status: 'done', release: '1.3.0' });
  }, 60_000);

  it('JOB-5: a slot begins no job later than 250 ms after its workers were paused, and no queue is', async () => {
    expect(orders.filter(({ work }) => work === 'pause').map(({ slot }) => slot)).toEqual(['blue', 'green', 'blue', 'green']);
    const traces = [...(await traced()).values()];
    const running: Trace[] = [];
    for (const [at, { slot, work }] of orders.entries()) {
      if (work !== 'pause') continue;
      const paused = orders[at]?.at ?? 0;
      const again = orders.slice(at).find((later) => later.slot === slot && later.work === 'start')?.at ?? Infinity;
      expect(traces.filter((trace) => trace.slot === slot && trace.begun > paused + 250 && trace.begun < again)).toEqual([]);
      running.push(...traces.filter((trace) => trace.slot === slot && trace.begun < paused && trace.ended > paused));
    }
    // Otherwise nothing was shown. At one pause of the four there may be nothing to do for a moment.
    expect(running).not.toEqual([]);
    expect(new Set(traces.map(({ slot }) => slot))).toEqual(new Set(['blue', 'green']));
    for (const contract of JOB_CONTRACTS) {
      expect(await withQueue(environment, modelQueue(contract), (queue) => queue.isPaused())).toBe(false);
    }
  }, 30_000);

  it('JOB-3: a job that is moved repeats no step and uses up no attempt', async () => {
    const from = await active();
    const begun = begin(slowModel(101));
    await reached(begun.file, 1);
    await environment.rollback((event) => {
      // In 20 s by itself; nobody needs to wait for that here.
      if (event.type === 'step-done' && event.step === 'pause-work') void control(from, 'POST', '/pause', { moveAfterMs: 0 });
    });
    const [row] = await begun.ended;
    const { steps } = Checkpoint.parse(row?.checkpoint);
    expect(row).toMatchObject({ status: 'done', effects: 1 });
    expect(steps.map(({ step }) => step)).toEqual(['inspect', 'optimise', 'thumbnail', 'level-0.5', 'level-0.25']);
    expect([...new Set(steps.map(({ slot }) => slot))]).toEqual([from, otherSlot(from)]);
    expect((await traced()).get(row?.id ?? '')).toMatchObject({ attempts: 1, slot: otherSlot(from) });
    expect(WorkerStatus.parse(await control(from, 'GET', '/status')).moved).toBe(1);
  }, 90_000);

  it('JOB-2: a job whose worker is killed twice is done once', async () => {
    const slot = await active();
    const begun = begin(slowModel(102));
    for (const steps of [1, 2]) {
      await reached(begun.file, steps);
      await environment.kill(slot, 'worker', 'SIGKILL');
      await environment.restart(slot, 'worker');
    }
    const [row] = await begun.ended;
    expect(row).toMatchObject({ status: 'done', effects: 1, versions: 1 });
    expect(Checkpoint.parse(row?.checkpoint).steps).toHaveLength(5);
  }, 120_000);

  it('JOB-6: Redis killed and started again loses no job', async () => {
    const begun = [slowModel(103), generateGlb({ bytes: 200_000, seed: 104 }), generateGlb({ bytes: 200_000, seed: 105 })].map(begin);
    await reached(begun[0]?.file ?? '', 1);
    const redis = findProcess(environment.home, 'redis');
    if (redis === null) throw new Error('Redis does not run');
    globalThis.process.kill(redis.pid, 'SIGKILL');
    await until(() => !isAlive(redis), { what: 'Redis to end', deadlineMs: 10_000 });
    await environment.parts();
    const rows = (await Promise.all(begun.map(({ ended }) => ended))).flat();
    expect(rows).toHaveLength(3);
    expect(rows.filter(({ status, effects, versions }) => status !== 'done' || effects !== 1 || versions !== 1)).toEqual([]);
  }, 120_000);

  it('JOB-7: there is one schedule, however many slots came up and took over', async () => {
    const schedulers = await withQueue(environment, COMPACTION_QUEUE, (queue) => queue.getJobSchedulers());
    expect(schedulers.map(({ name, every }) => ({ name, every }))).toEqual([{ name: 'find', every: 60_000 }]);
    expect(await withQueue(environment, COMPACTION_QUEUE, (queue) => queue.getDelayedCount())).toBe(1);
  });

  it('JOB-8: a job that nobody can read is set aside and named, and one of a later contract waits', async () => {
    const payload = { version: 99, of: randomUUID() };
    const id = await withQueue(environment, modelQueue(1), async (queue) => (await queue.add('model', payload, { attempts: 3 })).id);
    const later = await withQueue(environment, modelQueue(3), async (queue) => (await queue.add('model', payload)).id);
    const slot = await active();
    const setAside = await until(
      async () => SetAsideJobs.parse(await control(slot, 'GET', '/set-aside')).jobs.find((job) => job.id === id),
      { what: 'the job to be set aside', deadlineMs: 15_000 },
    );
    expect(setAside).toMatchObject({ queue: modelQueue(1), data: payload, slot, reason: expect.stringMatching(/^unknown-payload/) });
    await until(() => withQueue(environment, modelQueue(1), async (queue) => (await queue.getJob(id ?? '')) === undefined), {
      what: 'the job to leave its queue',
      deadlineMs: 15_000,
    });
    expect(await withQueue(environment, modelQueue(3), async (queue) => (await queue.getJob(later ?? ''))?.getState())).toBe('waiting');
  }, 30_000);

  /** Moves the traffic while jobs of all kinds are waiting, running and coming in. */
  const moveWithJobs = async (move: number, how: (onEvent: (event: CommandEvent) => void) => Promise<unknown>): Promise<void> => {
    const from = await active();
    const files = Array.from({ length: PER_MOVE }, (_, i) => fileOf(move, i));
    uploader.begin(files.filter(({ held }) => held));
    await how((event) => {
      if (event.type === 'step-started' && event.step === 'readiness') uploader.begin(files.filter(({ held }) => !held));
      if (event.type === 'step-started' && event.step === 'switch') uploader.keepJobs(PER_MOVE);
      if (event.type === 'step-started' && event.step === 'start-work')
        orders.push({ slot: otherSlot(from), work: 'start', at: Date.now() });
      if (event.type === 'step-done' && event.step === 'pause-work') orders.push({ slot: from, work: 'pause', at: Date.now() });
    });
  };

  const active = async (): Promise<Slot> => {
    const { active: slot } = await environment.describe();
    if (slot === null) throw new Error('nobody serves');
    return slot;
  };

  const tasks = (file = '%'): Promise<readonly TaskRow[]> =>
    query<TaskRow>(
      databaseUrl,
      `SELECT t.id, v.file_name AS file, t.contract, t.status, t.effects, t.checkpoint, t.result->>'release' AS release,
              (SELECT count(*)::int FROM model_version twin WHERE twin.upload_id = v.upload_id) AS versions
       FROM processing_task t JOIN model_version v ON v.id = t.model_version_id WHERE t.project_id = $1 AND v.file_name LIKE $2`,
      [projectId, file],
    );

  /** Uploads a model; `ended` says what became of its task. */
  const begin = (content: Uint8Array): { readonly file: string; readonly ended: Promise<readonly TaskRow[]> } => {
    const file = `${randomUUID()}.glb`;
    uploader.begin([{ fileName: file, content }]);
    return { file, ended: uploader.finish().then(() => tasks(file)) };
  };

  const process = (content: Uint8Array): Promise<readonly TaskRow[]> => begin(content).ended;

  const reached = (file: string, steps: number): Promise<unknown> =>
    until(async () => (Checkpoint.safeParse((await tasks(file))[0]?.checkpoint).data?.steps.length ?? 0) >= steps, {
      what: `step ${steps} of ${file}`,
      deadlineMs: 60_000,
    });

  /** Of all jobs that ended. An effect is committed before its queue hears of the end, so what is under way is waited for. */
  const traced = async (): Promise<ReadonlyMap<string, Trace>> => {
    const ofAll = <T>(what: Parameters<typeof withQueue<T>>[2]): Promise<T[]> =>
      Promise.all(JOB_CONTRACTS.map((contract) => withQueue(environment, modelQueue(contract), what)));
    await until(async () => (await ofAll((queue) => queue.getActiveCount())).every((count) => count === 0), {
      what: 'the queues to hear of the end of their jobs',
      deadlineMs: 30_000,
    });
    return new Map(
      (await ofAll((queue) => queue.getJobs(['completed', 'failed'])))
        .flat()
        .map((job) => [
          job.id ?? '',
          { attempts: job.attemptsMade, slot: job.processedBy, begun: job.processedOn ?? Infinity, ended: job.finishedOn ?? Infinity },
        ]),
    );
  };

  const control = async (slot: Slot, method: string, path: string, body?: object): Promise<unknown> => {
    const at = environment.slots()[slot];
    const answer = await fetch(`${at?.workerInternal ?? ''}${path}`, {
      method,
      headers: { authorization: `Bearer ${at?.internalToken ?? ''}` },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return answer.json();
  };
});
