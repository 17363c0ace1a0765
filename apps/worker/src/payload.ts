import { UnrecoverableError, type Job } from 'bullmq';
import type { z } from 'zod';

/** A job's data as its contract says; anything else is set aside as failed, without using up attempts. */
export function readPayload<T extends z.ZodType>(schema: T, job: Job): z.infer<T> {
  const parsed = schema.safeParse(job.data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnrecoverableError(
    `unknown-payload: ${job.queueName} does not know this job, at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
