import { describe, expect, it } from '@jest/globals';
import { forecast } from './under-way.ts';

describe('the predicted drain', () => {
  it('PLN-6: is the window of the hints, and for jobs the time after which they move', () => {
    expect(forecast({ sockets: 0, activeJobs: 0 })).toEqual({ sessionsMs: 0, jobsMs: 0 });
    expect([1, 200, 10_000].map((sockets) => forecast({ sockets, activeJobs: 0 }).sessionsMs)).toEqual([1500, 2000, 20_000]);
    expect(forecast({ sockets: 0, activeJobs: 1 })).toEqual({ sessionsMs: 0, jobsMs: 20_000 });
  });
});
