import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { jobRoundTrip } from './job-round-trip.ts';

const id = '00000000-0000-4000-8000-000000000001';
const says = (...answers: object[]) => ({
  [`GET /smoke/jobs/${id}`]: () => ({ body: { id, release: null, error: null, ...(answers.length > 1 ? answers.shift() : answers[0]) } }),
});

describe('smoke test job-round-trip', () => {
  it('waits until the worker of this release has done the job', async () => {
    await using server = await SlotServer.start(says({ status: 'pending' }, { status: 'done', release: '1.3.0' }));
    expect(await jobRoundTrip.run(server.context())).toBe('done by the worker of 1.3.0');
  });

  it('refuses a failed job', async () => {
    await using server = await SlotServer.start(says({ status: 'failed', error: 'no meshopt' }));
    await expect(jobRoundTrip.run(server.context())).rejects.toThrow('the job failed: no meshopt');
  });

  it('refuses a job that the worker of another release did', async () => {
    await using server = await SlotServer.start(says({ status: 'done', release: '1.2.0' }));
    await expect(jobRoundTrip.run(server.context())).rejects.toThrow('release 1.2.0 did the job, expected was 1.3.0');
  });

  it('ends at its bound when nobody takes the job', async () => {
    await using server = await SlotServer.start(says({ status: 'pending' }));
    await expect(jobRoundTrip.run(server.context(300))).rejects.toThrow(/abort/);
  });
});
