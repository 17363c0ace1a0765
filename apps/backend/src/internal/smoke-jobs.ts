import { randomUUID } from 'node:crypto';
import { type SmokeJob, SmokeJobPayload, smokeQueue } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ProblemError } from '../http/problem.ts';
import { Queues } from '../queues/queues.ts';
import { CONFIG } from '../tokens.ts';

const Outcome = z.object({ release: z.string() });

/** Jobs for this slot's own worker, also while that takes none of users. */
@Injectable()
export class SmokeJobs {
  readonly #queues: Queues;
  readonly #queue: string;

  constructor(@Inject(Queues) queues: Queues, @Inject(CONFIG) config: BackendConfig) {
    this.#queues = queues;
    this.#queue = smokeQueue(config.SLOT);
  }

  async start(): Promise<SmokeJob> {
    const id = randomUUID();
    await this.#queues.add(this.#queue, 'smoke', SmokeJobPayload.parse({ id }), {
      jobId: id,
      removeOnComplete: { age: 3600 },
      removeOnFail: { age: 3600 },
    });
    return { id, status: 'pending', release: null, error: null };
  }

  async find(id: string): Promise<SmokeJob> {
    const job = await this.#queues.find(this.#queue, id);
    if (job === undefined) throw new ProblemError(404, 'unknown-job', 'There is no such smoke job on this slot.');
    if (await job.isFailed()) return { id, status: 'failed', release: null, error: job.failedReason };
    const outcome = Outcome.safeParse(job.returnvalue);
    return outcome.success
      ? { id, status: 'done', release: outcome.data.release, error: null }
      : { id, status: 'pending', release: null, error: null };
  }
}
