import { SmokeJob } from '@devplatform/contracts';
import { control } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

const LOOK_EVERY_MS = 100;

/** A small model goes from this slot's backend through this slot's worker, while the worker takes no jobs of users. */
export const jobRoundTrip: SmokeTest = {
  name: 'job-round-trip',
  run: async (context) => {
    const { clock, signal, version } = context;
    const ask = async (method: 'GET' | 'POST', path: string): Promise<SmokeJob> =>
      SmokeJob.parse(JSON.parse((await control(method, path, context)).text));
    let job = await ask('POST', '/smoke/jobs');
    while (job.status === 'pending') {
      await clock.sleep(LOOK_EVERY_MS, signal);
      job = await ask('GET', `/smoke/jobs/${job.id}`);
    }
    if (job.status === 'failed') throw new Error(`the job failed: ${job.error ?? 'no reason given'}`);
    if (job.release !== version) throw new Error(`release ${job.release ?? 'unknown'} did the job, expected was ${version}`);
    return `done by the worker of ${version}`;
  },
};
