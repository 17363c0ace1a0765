import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelQueue, type Checkpoint, type Slot } from '@devplatform/contracts';
import { choosePort, isAlive, startParts, startProcess, stopProcess, stopParts, until, type Parts } from '@devplatform/embedded';
import { migrations } from '@devplatform/migrations';
import { parseConfig, WorkerConfig } from '@devplatform/runtime/config';
import { createDataSource, migrate } from '@devplatform/runtime/database';
import { Lifecycle } from '@devplatform/runtime/lifecycle';
import { JOB_OPTIONS, modelJobFor } from '@devplatform/runtime/queue';
import { ObjectStore } from '@devplatform/runtime/storage';
import { createLogger } from '@devplatform/runtime/telemetry';
import { Queue, QueueEvents, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { startWorker, type RunningWorker } from './compose.ts';

const INTERNAL_TOKEN = 'a-token-of-the-tests-with-32-characters';
const logger = createLogger({ service: 'worker', slot: 'test', level: 'silent' });

export interface TaskRow {
  readonly status: string;
  readonly effects: number;
  readonly error: string | null;
  readonly result: Record<string, unknown> | null;
  readonly progress: number;
  readonly version: string;
  readonly upload: string;
  readonly checkpoint: Checkpoint | null;
}

/** PostgreSQL, Redis and a store of its own for one spec file, migrated, and as many workers on them as it starts. */
export class TestBed {
  readonly database: DataSource;
  readonly store: ObjectStore;
  readonly #dir: string;
  readonly #parts: Parts;
  readonly #redis: Redis;
  readonly #queues = new Map<string, Queue>();
  readonly #workers: Lifecycle[] = [];
  readonly #processes = new Set<string>();

  private constructor(dir: string, parts: Parts) {
    this.#dir = dir;
    this.#parts = parts;
    this.database = createDataSource({ url: parts.databaseUrl, applicationName: 'spec', poolSize: 2 });
    this.store = new ObjectStore(parseConfig(WorkerConfig, this.environment('blue')));
    this.#redis = new Redis(parts.redisUrl, { maxRetriesPerRequest: null });
  }

  static async open(): Promise<TestBed> {
    const dir = mkdtempSync(join(tmpdir(), 'devplatform-worker-'));
    const bed = new TestBed(dir, await startParts(dir, {}));
    await migrate(bed.#parts.databaseUrl, migrations);
    await bed.database.initialize();
    return bed;
  }

  /** The real worker in this process; its control plane answers at `control`. */
  async start(slot: Slot, environment: NodeJS.ProcessEnv = {}): Promise<RunningWorker & { lifecycle: Lifecycle; control: Control }> {
    const config = parseConfig(WorkerConfig, { ...this.environment(slot), ...environment });
    const lifecycle = new Lifecycle(logger);
    this.#workers.push(lifecycle);
    const worker = await startWorker(config, new URL('./model-thread.ts', import.meta.url), lifecycle, logger);
    return { ...worker, lifecycle, control: controlAt(worker.controlPort) };
  }

  /** The real worker in a process of its own, which can be killed; resolves when its control plane answers. */
  async spawn(slot: Slot, environment: NodeJS.ProcessEnv = {}): Promise<SpawnedWorker> {
    const name = `worker-${slot}`;
    const port = await choosePort(undefined);
    const env = { PATH: process.env.PATH, ...this.environment(slot), LOG_LEVEL: 'warn', INTERNAL_PORT: String(port), ...environment };
    const args = ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./main.ts', import.meta.url))];
    this.#processes.add(name);
    const record = await startProcess({ dir: this.#dir, name, command: process.execPath, args, env });
    const control = controlAt(port);
    await until(async () => (await control('GET', '/live')).ok, { what: `${name} to answer`, deadlineMs: 20_000, everyMs: 50 });
    const kill = async (): Promise<void> => {
      process.kill(record.pid, 'SIGKILL');
      await until(() => !isAlive(record), { what: `${name} to end`, deadlineMs: 5000 });
    };
    return { control, kill };
  }

  /** A file in the store with its rows, as the backend leaves them: one pending task. */
  async upload(file: Uint8Array, sha256 = createHash('sha256').update(file).digest('hex'), contract = 1): Promise<string> {
    const objectKey = `uploads/${randomUUID()}`;
    await this.store.put(objectKey, file, 'model/gltf-binary');
    const insert = async (sql: string, values: unknown[]): Promise<string> =>
      (await this.database.query<{ id: string }[]>(`INSERT INTO ${sql} RETURNING id`, values))[0]?.id ?? '';
    const project = await insert(`project (name) VALUES ('p')`, []);
    const model = await insert(`model (project_id, name) VALUES ($1, 'm')`, [project]);
    const upload = await insert(
      `upload (project_id, client_upload_id, file_name, size, sha256, object_key, status) VALUES ($1, gen_random_uuid(), 'm.glb', $2, $3, $4, 'stored')`,
      [project, file.byteLength, sha256, objectKey],
    );
    const version = await insert(
      `model_version (model_id, number, upload_id, file_name, object_key, size, sha256) VALUES ($1, 1, $2, 'm.glb', $3, $4, $5)`,
      [model, upload, objectKey, file.byteLength, sha256],
    );
    return insert(`processing_task (project_id, model_version_id, contract) VALUES ($1, $2, $3)`, [project, version, contract]);
  }

  queue(name: string): Queue {
    const queue = this.#queues.get(name) ?? new Queue(name, { connection: this.#redis });
    this.#queues.set(name, queue);
    return queue;
  }

  /** The ids of scheduled jobs that were completed, each as often as it was, as Redis tells it. */
  async ticksOf(queue: string): Promise<AsyncDisposable & { readonly completed: readonly string[] }> {
    const completed: string[] = [];
    const events = new QueueEvents(queue, { connection: this.#redis });
    events.on('completed', ({ jobId }) => {
      if (jobId.startsWith('repeat:')) completed.push(jobId);
    });
    await events.waitUntilReady();
    return { completed, [Symbol.asyncDispose]: () => events.close() };
  }

  /** What the backend does after its commit; `jobId` lets a test add a task a second time. */
  async enqueue(taskId: string, contract = 1, jobId = taskId): Promise<Job> {
    const [row] = await this.database.query<{ modelVersionId: string; objectKey: string; sha256: string }[]>(
      `SELECT v.id AS "modelVersionId", v.object_key AS "objectKey", v.sha256 FROM processing_task t JOIN model_version v ON v.id = t.model_version_id WHERE t.id = $1`,
      [taskId],
    );
    if (row === undefined) throw new Error(`no task ${taskId}`);
    const job = await this.queue(modelQueue(contract)).add('model', modelJobFor({ taskId, ...row }, contract), { ...JOB_OPTIONS, jobId });
    await this.database.query(`UPDATE processing_task SET status = 'queued' WHERE id = $1 AND status = 'pending'`, [taskId]);
    return job;
  }

  async task(taskId: string): Promise<TaskRow> {
    const [row] = await this.database.query<TaskRow[]>(
      `SELECT t.status, t.effects, t.error, t.result, t.progress, t.checkpoint, v.status AS version, u.status AS upload
       FROM processing_task t JOIN model_version v ON v.id = t.model_version_id JOIN upload u ON u.id = v.upload_id WHERE t.id = $1`,
      [taskId],
    );
    if (row === undefined) throw new Error(`no task ${taskId}`);
    return row;
  }

  /** The task's row once that many of its steps are completed. */
  reached(taskId: string, steps: number): Promise<TaskRow> {
    return until(
      async () => {
        const row = await this.task(taskId);
        return (row.checkpoint?.steps.length ?? 0) >= steps ? row : null;
      },
      { what: `step ${steps} of task ${taskId}`, deadlineMs: 30_000 },
    );
  }

  /** The task's row once it is done or failed. */
  settled(taskId: string): Promise<TaskRow> {
    return until(
      async () => {
        const row = await this.task(taskId);
        return ['done', 'failed'].includes(row.status) ? row : null;
      },
      { what: `task ${taskId} to be done or failed`, deadlineMs: 30_000 },
    );
  }

  /** The job's state once nothing more will happen to it. */
  ended(job: Job): Promise<string> {
    return until(
      async () => {
        const state = await job.getState();
        return ['completed', 'failed'].includes(state) ? state : null;
      },
      { what: `job ${String(job.id)} to end`, deadlineMs: 30_000 },
    );
  }

  /** What BullMQ notes when the worker of a job is killed that often. */
  async killedBefore(job: Job, times: number): Promise<void> {
    await this.#redis.hset(this.queue(job.queueName).toKey(String(job.id)), 'stc', times);
  }

  /** As a Redis without persistence that was restarted. */
  async forgetRedis(): Promise<void> {
    await this.#redis.flushall();
  }

  async stopWorkers(): Promise<void> {
    for (const name of this.#processes) await stopProcess(this.#dir, name, { graceMs: 30_000 });
    await Promise.all(this.#workers.splice(0).map((lifecycle) => lifecycle.stop('the test is over')));
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#redis.disconnect();
    this.store.close();
    await this.database.destroy();
    await stopParts(this.#dir);
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** The environment of a worker process on these parts. */
  environment(slot: Slot): NodeJS.ProcessEnv {
    const { databaseUrl, redisUrl, s3 } = this.#parts;
    return {
      ...{ NODE_ENV: 'test', SLOT: slot, INTERNAL_PORT: '0', INTERNAL_TOKEN, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
      ...{ S3_ENDPOINT: s3.endpoint, S3_REGION: s3.region, S3_BUCKET: s3.bucket, S3_ACCESS_KEY: s3.accessKey, S3_SECRET_KEY: s3.secretKey },
    };
  }
}

interface SpawnedWorker {
  readonly control: Control;
  /** kill -9. */
  readonly kill: () => Promise<void>;
}

type Control = (method: string, path: string, token?: string, body?: object) => Promise<Response>;

const controlAt =
  (port: number): Control =>
  (method, path, token = INTERNAL_TOKEN, body) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: body === undefined ? null : JSON.stringify(body),
    });
