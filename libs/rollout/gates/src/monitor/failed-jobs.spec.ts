import { describe, expect, it } from '@jest/globals';
import { atTheEnd, changed, type Load, ofService, type Story, watched } from '../spec-support/watched.ts';
import { failedJobs } from './failed-jobs.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const of = (story: Story) => failedJobs(watched(story), DEFAULT_LIMITS);
const failing = (jobsFailed: number): Load => ({ jobs: 5, jobsFailed });

describe('failed jobs', () => {
  it.each<[string, Story, string, string]>([
    ['none', {}, 'ok', '0.0 % of 40 jobs (limit 1 %, before 0.0 %)'],
    ['as many as before', { blue: failing(0.1), green: failing(0.1) }, 'ok', '10.0 % of 200 jobs (limit 10 %, before 10.0 %)'],
    ['more than before by chance', { blue: failing(0.1), green: failing(0.11) }, 'ok', '11.0 % of 200 jobs'],
    ['more than before', { blue: failing(0.1), green: failing(0.16) }, 'soft', '16.0 % of 200 jobs (limit 10 %, before 10.0 %)'],
    ['twice of before', { blue: failing(0.1), green: failing(0.2) }, 'hard', '20.0 % of 200 jobs (limit 20 %, before 10.0 %)'],
    ['a worker that breaks all of them', { green: failing(1), seconds: 4 }, 'hard', '100.0 % of 20 jobs (limit 2 %, before 0.0 %)'],
    ['two by chance, where there was nothing to double', { green: { jobs: 1, jobsFailed: 0.05 } }, 'ok', '5.0 % of 40 jobs'],
    [
      'twice of before by chance',
      { blue: { jobs: 0.5, jobsFailed: 0.1 }, green: { jobs: 0.5, jobsFailed: 0.2 }, age: 0 },
      'soft',
      '20.0 % of 20 jobs',
    ],
    ['MON-8: two of few', { blue: { jobs: 10 }, green: { jobs: 0.25, jobsFailed: 0.2 } }, 'ok', '20.0 % of 10 jobs'],
    ['MON-2: most failed before', { blue: failing(0.6), green: failing(0.9) }, 'soft', '90.0 % of 200 jobs'],
    ['MON-7: first deployment', { from: null, green: failing(0.2) }, 'hard', '20.0 % of 200 jobs (limit 2 %)'],
    ['MON-7: first deployment, none', { from: null, green: failing(0) }, 'ok', '0.0 % of 200 jobs (limit 1 %)'],
    ['MON-3: too few', { green: { jobs: 0.2, jobsFailed: 1 } }, 'unknown', '8 jobs of the 10 that are needed to tell'],
    ['MON-3: too few before', { blue: { jobs: 0.01 }, green: failing(0.2) }, 'hard', '20.0 % of 200 jobs (limit 2 %)'],
  ])('MON-1: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'failed jobs', verdict, figure: expect.stringContaining(figure) });
  });

  it('counts what was done before the first sample', () => {
    const story = watched();
    const measure = failedJobs({ ...story, samples: story.samples.slice(10) }, DEFAULT_LIMITS);
    expect(measure.figure).toContain('of 40 jobs');
  });

  it('MON-4: is not well where the worker does not say it, or is not there', () => {
    const silent = changed(
      watched(),
      atTheEnd,
      ofService('worker', () => ({ jobs: null })),
    );
    expect(failedJobs(silent, DEFAULT_LIMITS)).toMatchObject({
      verdict: 'unknown',
      figure: expect.stringContaining('; worker does not say it now'),
    });
    const gone = changed(watched(), atTheEnd, (slot) => ({
      ...slot,
      instances: slot.instances.filter(({ service }) => service !== 'worker'),
    }));
    expect(failedJobs(gone, DEFAULT_LIMITS).verdict).toBe('unknown');
  });

  it('MON-4: a new worker that never says what the old one says is not well', () => {
    const never = changed(
      watched(),
      () => true,
      ofService('worker', () => ({ jobs: null })),
    );
    expect(failedJobs(never, DEFAULT_LIMITS)).toMatchObject({ verdict: 'unknown', figure: 'not known; worker does not say it now' });
  });

  it('MON-5: counts on when the worker was started again', () => {
    const again = ofService('worker', ({ jobs }) => ({
      startedAt: '2026-01-01T00:01:20.000Z',
      jobs: jobs === null ? null : { done: jobs.done - 100, failed: 0 },
    }));
    const measure = failedJobs(
      changed(watched({ green: { jobs: 5 } }), (index) => index > 20, again),
      DEFAULT_LIMITS,
    );
    expect(measure).toMatchObject({ verdict: 'ok', figure: expect.stringContaining('of 200 jobs') });
  });
});
