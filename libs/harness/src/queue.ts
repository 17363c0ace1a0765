import { Queue } from 'bullmq';
import type { LocalEnvironment } from './environment.ts';

/** Looks into a job queue of the environment, or puts something there, past the platform; the connection lives as long as `work`. */
export async function withQueue<T>(environment: LocalEnvironment, name: string, work: (queue: Queue) => Promise<T>): Promise<T> {
  const { redisUrl } = await environment.parts();
  const queue = new Queue(name, { connection: { url: redisUrl } });
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}
