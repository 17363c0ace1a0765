import { COMPACTION_QUEUE, JOB_CONTRACTS, modelQueue, smokeQueue } from '@devplatform/contracts';
import type { WorkerConfig } from '@devplatform/runtime/config';
import { createDataSource } from '@devplatform/runtime/database';
import type { Lifecycle } from '@devplatform/runtime/lifecycle';
import { connectRedis } from '@devplatform/runtime/queue';
import { ObjectStore } from '@devplatform/runtime/storage';
import { createMetrics, type Logger } from '@devplatform/runtime/telemetry';
import { checkHealth } from './checks.ts';
import { Consumer, type JobHandler } from './consumer.ts';
import { openControl } from './control.ts';
import { reachDatabase } from './database.ts';
import { JobMetrics } from './job-metrics.ts';
import { modelJobHandler } from './model-processing/model-job.ts';
import { ModelThreads } from './model-processing/model-threads.ts';
import { Sweeper } from './model-processing/sweeper.ts';
import { TaskRecord } from './model-processing/task-record.ts';
import { Compaction } from './scene-compaction/compaction.ts';
import { SetAside } from './set-aside.ts';
import { smokeJobHandler } from './smoke/smoke-job.ts';
import { Work } from './work.ts';

export interface RunningWorker {
  readonly work: Work;
  /** Where the control plane listens. */
  readonly controlPort: number;
}

/** Milliseconds that running jobs get to end by themselves when the process stops, and then to stop after their step. */
const GRACE_MS = 10_000;
const PATIENCE_MS = 10_000;

/**
 * Builds and starts everything, and tells the lifecycle how to stop it; resolves when jobs can be taken. `modelThread` is
 * the module that processes models.
 */
export async function startWorker(config: WorkerConfig, modelThread: URL, lifecycle: Lifecycle, logger: Logger): Promise<RunningWorker> {
  const { SLOT: slot, WORKER_CONCURRENCY: size } = config;
  const registry = createMetrics(slot, logger);
  const metrics = new JobMetrics(registry);
  const store = new ObjectStore(config);
  const redis = connectRedis(config.REDIS_URL, 'queue', logger);
  const database = createDataSource({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    applicationName: `worker-${slot}`,
    onPoolError: (error) => {
      logger.warn({ err: error }, 'a connection to PostgreSQL broke');
    },
  });
  const threads = new ModelThreads({ entry: modelThread, store: config, size, patienceMs: PATIENCE_MS });
  const tasks = new TaskRecord(database, slot);
  const setAside = new SetAside({ slot, redis, logger });
  const compaction = new Compaction({ database, redis, logger, everyMs: config.COMPACTION_INTERVAL_MS });
  const consumer = (queue: string, handle: JobHandler, concurrency: number): Consumer =>
    new Consumer({ queue, slot, handle, concurrency, redis, setAside, metrics, logger });
  const work = new Work({
    slot,
    consumers: [
      ...JOB_CONTRACTS.map((contract) => consumer(modelQueue(contract), modelJobHandler(contract, { threads, tasks, slot, logger }), size)),
      consumer(COMPACTION_QUEUE, compaction.handle, 1),
    ],
    smoke: consumer(smokeQueue(slot), smokeJobHandler(store, threads, slot), 1),
    sweeper: new Sweeper({ database, tasks, redis, logger }),
    compaction,
    setAside,
  });
  if (config.WORKER_START === 'running') work.run();

  const health = (): ReturnType<typeof checkHealth> => checkHealth(database, redis, store);
  const control = openControl({
    host: config.HOST,
    port: config.INTERNAL_PORT,
    token: config.INTERNAL_TOKEN,
    work,
    metrics: registry,
    health,
  });
  lifecycle
    .add('jobs', GRACE_MS + PATIENCE_MS + 2000, () => work.close(GRACE_MS))
    .add('control', 2000, async () => (await control).close())
    .add('threads', 5000, () => threads.close())
    .add('pools', 5000, async () => {
      redis.disconnect();
      store.close();
      if (database.isInitialized) await database.destroy();
    });
  const { port } = await control;
  await reachDatabase(database, config.DATABASE_URL, logger);
  work.open();
  return { work, controlPort: port };
}
