import type { Job } from 'bullmq';
import type { z } from 'zod';

/** Nobody of this contract can read the job: it is set aside with this reason, and nothing of it is used up. */
export class Unreadable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Unreadable';
  }
}

/** A job's data as its contract says. Throws Unreadable. */
export function readPayload<T extends z.ZodType>(schema: T, job: Job): z.infer<T> {
  const parsed = schema.safeParse(job.data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Unreadable(
    `unknown-payload: ${job.queueName} does not know this job, at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
