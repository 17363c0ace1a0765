import { randomUUID } from 'node:crypto';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Slot } from '@devplatform/contracts';
import { until, type Parts } from '@devplatform/embedded';
import {
  Bandwidth,
  generateGlb,
  LocalEnvironment,
  Platform,
  query,
  storedHashes,
  storedKeys,
  Uploader,
  type UploadRecord,
} from '@devplatform/harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RELEASES } from './releases.ts';
import { whileHeldAt } from './held-status.ts';
import { UploadSteps, type StoredPart } from './upload-steps.ts';

/** Two parts. */
const SMALL = { bytes: 9_000_000, seed: 1 };
const ENDED_MS = 120_000;

describe('uploads', () => {
  let environment: LocalEnvironment;
  let parts: Parts;
  let ada: Platform;
  let project: string;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    await environment.deploy('green', 'v1.3.0');
    parts = await environment.parts();
    ada = await Platform.register(environment.publicUrl);
    project = (await ada.createProject('Uploads')).id;
  }, 90_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  it('UP-1: under way over three switches arrive by hash, as one model and one job each, with at most one part sent again', async () => {
    const uploader = new Uploader({ publicUrl: environment.publicUrl, token: ada.token, projectId: project });
    const lines = Array.from({ length: 8 }, () => new Bandwidth(0.25));
    uploader.begin(lines.map((bandwidth, i) => ({ fileName: `over-${i}.glb`, content: { bytes: 16_000_000, seed: 10 + i }, bandwidth })));
    const first = await environment.rollback();
    await environment.rollback();
    const last = await environment.rollback();
    for (const line of lines) line.change(Infinity);
    const records = await uploader.finish();
    const [hashes, effects] = await Promise.all([hashesOf(records), effectsOf(records.map(({ uploadId }) => uploadId))]);
    for (const record of records) {
      const { status, error, partsAgain, taskStatus, sha256, uploadId } = record;
      expect({ status, error, taskStatus, sha256 }).toEqual({
        status: 'ready',
        error: null,
        taskStatus: 'done',
        sha256: hashes.get(uploadId),
      });
      expect(partsAgain).toBeLessThanOrEqual(1);
      expect([record.startedAt < first.told, record.storedAt > last.proven]).toEqual([true, true]);
    }
    expect(effects).toEqual(records.map(() => ONE_EACH));
  }, 180_000);

  it(
    'UP-3: completed by two tabs on two slots at once are one model and one job',
    async () => {
      const { blue, green } = environment.slots();
      const tabs = [blue, green].map((slot) => new Platform(slot?.backend ?? '', ada.token));
      const upload = new UploadSteps(ada, generateGlb(SMALL));
      await upload.create(project, 'two-tabs.glb');
      const sent = await upload.send();
      const answers = await Promise.all([...tabs, ...tabs, ...tabs].map((tab) => upload.completeOnce(sent, tab)));
      expect(new Set(answers.map(({ taskId }) => taskId)).size).toBe(1);
      await ended(upload);
      expect(await effectsOf([upload.id])).toEqual([ONE_EACH]);
    },
    ENDED_MS,
  );

  /** What is done up to the point, with the kill in the middle of it; what is left to be done is what a patient client does. */
  const POINTS: Readonly<Record<string, (upload: UploadSteps, kill: () => Promise<void>) => Promise<void>>> = {
    'after it was created': async (upload, kill) => {
      await kill();
      await upload.complete(await upload.send());
    },
    'after its parts were signed': async (upload, kill) => {
      const senders = await upload.sign();
      await kill();
      const sent: StoredPart[] = [];
      for (const sender of senders) sent.push(await sender.send());
      await upload.complete(sent);
    },
    'in the middle of a part': async (upload, kill) => {
      const sent: StoredPart[] = [];
      for (const sender of await upload.sign()) sent.push(await (sender.part === 1 ? sender.sendAround(kill) : sender.send()));
      await upload.complete(sent);
    },
    'between the last part and the completion': async (upload, kill) => {
      const sent = await upload.send();
      await kill();
      await upload.complete(sent);
    },
    'inside the completion, when the object is there and the database does not know': async (upload, kill) => {
      const sent = await upload.send();
      await killedAt('stored', upload, sent, kill);
      await upload.complete(sent);
    },
    'after it was stored and before there is a job, and nobody asks again': async (upload, kill) => {
      await killedAt('verifying', upload, await upload.send(), kill);
      // The sweeper's half minute is over.
      await query(parts.databaseUrl, `UPDATE upload SET updated_at = now() - interval '31 s' WHERE id = $1`, [upload.id]);
    },
  };

  it.each(Object.keys(POINTS))(
    'UP-2: kill -9 %s loses nothing and doubles nothing',
    async (point) => {
      const slot = await active();
      const upload = new UploadSteps(ada, generateGlb(SMALL));
      await upload.create(project, `${randomUUID()}.glb`);
      await POINTS[point]?.(upload, async () => {
        await environment.kill(slot, 'backend', 'SIGKILL');
        await environment.restart(slot, 'backend');
      });
      await ended(upload);
      expect((await upload.read()).status).toBe('ready');
      expect(await storedHashes(parts.databaseUrl, parts.s3, [upload.id])).toEqual(new Map([[upload.id, upload.sha256]]));
      expect(await effectsOf([upload.id])).toEqual([ONE_EACH]);
    },
    ENDED_MS,
  );

  it(
    'UP-4: a corrupt part is refused at the store, a corrupt whole by the worker, and the file that was there stays',
    async () => {
      const good = new UploadSteps(ada, generateGlb(SMALL));
      await good.create(project, 'kept.glb');
      const { modelId, modelVersionId } = await good.complete(await good.send());
      await ended(good);
      const corrupt = new UploadSteps(ada, generateGlb({ ...SMALL, seed: 2 }));
      // The parts are what they say, but they are not the file that was declared.
      await corrupt.create(project, 'corrupt.glb', { sha256: good.sha256, ...(modelId !== null && { modelId }) });
      const [first, second] = await corrupt.sign();
      const refusal = await first?.put(Buffer.from(first.bytes).fill(0));
      expect([refusal?.status, await refusal?.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
      expect((await corrupt.read()).stored).toEqual([]);
      if (first === undefined || second === undefined) throw new Error('the file has no two parts');
      await corrupt.complete([await first.send(), await second.send()]);
      await ended(corrupt);
      expect(await corrupt.read()).toMatchObject({ status: 'rejected', error: expect.stringMatching(/^hash-mismatch/) });
      const versions = await query<{ id: string; status: string }>(
        parts.databaseUrl,
        'SELECT id, status FROM model_version WHERE model_id = $1 ORDER BY number',
        [modelId],
      );
      expect(versions.map(({ status }) => status)).toEqual(['ready', 'rejected']);
      expect(versions[0]?.id).toBe(modelVersionId);
      expect((await storedHashes(parts.databaseUrl, parts.s3, [good.id])).get(good.id)).toBe(good.sha256);
    },
    ENDED_MS,
  );

  it(
    'UP-6: what nobody finishes, and the objects of deleted projects, are removed',
    async () => {
      const doomed = (await ada.createProject('Doomed')).id;
      const [whole, begun, abandoned] = [3, 4, 5].map((seed) => new UploadSteps(ada, generateGlb({ ...SMALL, seed }))) as [
        UploadSteps,
        UploadSteps,
        UploadSteps,
      ];
      await whole.create(doomed, 'whole.glb');
      await whole.complete(await whole.send());
      await ended(whole);
      await begun.create(doomed, 'begun.glb');
      await abandoned.create(project, 'abandoned.glb');
      const senders = await Promise.all([begun, abandoned].map((upload) => upload.sign()));
      for (const [sender] of senders) await sender?.send();
      await aDayLater(abandoned.id);
      await deleteProject(doomed);
      // The ten minutes for jobs that were under way are over.
      await query(parts.databaseUrl, `UPDATE object_removal SET at = now() - interval '11 min' WHERE key LIKE 'derived/%'`);
      await until(
        async () =>
          (await query(parts.databaseUrl, 'SELECT FROM object_removal')).length === 0 && (await abandoned.read()).status === 'aborted',
        {
          what: 'the upkeep to remove everything',
          deadlineMs: 60_000,
          everyMs: 200,
        },
      );
      expect(await storedKeys(parts.s3, `uploads/${whole.id}/`)).toEqual([]);
      expect(await storedKeys(parts.s3, `derived/${whole.sha256}/`)).toEqual([]);
      for (const [sender] of senders) expect((await sender?.put())?.status).toBe(404);
    },
    ENDED_MS,
  );

  /** Milliseconds are not waited for: the store's own record of when the parts came is set back. */
  const aDayLater = async (id: string): Promise<void> => {
    const [row] = await query<{ s3: string }>(
      parts.databaseUrl,
      `UPDATE upload SET updated_at = now() - interval '25 h' WHERE id = $1 RETURNING s3_upload_id AS s3`,
      [id],
    );
    const folder = join(environment.home, 's3', parts.s3.bucket, '._S3rver_uploads', row?.s3 ?? 'none');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    for (const file of readdirSync(folder)) utimesSync(join(folder, file), yesterday, yesterday);
  };

  const deleteProject = async (id: string): Promise<void> => {
    const headers = { authorization: `Bearer ${ada.token}` };
    expect((await fetch(`${environment.publicUrl}/api/v1/projects/${id}`, { method: 'DELETE', headers })).status).toBe(204);
  };

  const active = async (): Promise<Slot> => {
    const { active: slot } = await environment.describe();
    if (slot === null) throw new Error('no slot is active');
    return slot;
  };

  /** Whoever completes is killed in the transaction that sets the status; the answer never comes. */
  const killedAt = async (status: string, upload: UploadSteps, sent: readonly StoredPart[], kill: () => Promise<void>): Promise<void> => {
    let answer: Promise<unknown> | undefined;
    const begin = (): void => {
      answer = upload.completeOnce(sent).catch(() => 'none');
    };
    await whileHeldAt(parts.databaseUrl, status, begin, kill);
    expect(await answer).toBe('none');
  };

  const ended = (upload: UploadSteps): Promise<unknown> =>
    until(async () => ['ready', 'rejected'].includes((await upload.read()).status), {
      what: `upload ${upload.id} to be processed`,
      deadlineMs: ENDED_MS,
      everyMs: 200,
    });

  const hashesOf = (records: readonly UploadRecord[]): Promise<ReadonlyMap<string, string>> =>
    storedHashes(
      parts.databaseUrl,
      parts.s3,
      records.map(({ uploadId }) => uploadId),
    );

  const effectsOf = (ids: readonly string[]): Promise<readonly object[]> =>
    query(
      parts.databaseUrl,
      `SELECT count(DISTINCT version.id)::int AS versions, count(DISTINCT version.model_id)::int AS models, count(task.id)::int AS tasks,
              sum(task.effects)::int AS effects
       FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, at) LEFT JOIN model_version version ON version.upload_id = wanted.id
       LEFT JOIN processing_task task ON task.model_version_id = version.id GROUP BY wanted.at ORDER BY wanted.at`,
      [ids],
    );
});

const ONE_EACH = { versions: 1, models: 1, tasks: 1, effects: 1 };
