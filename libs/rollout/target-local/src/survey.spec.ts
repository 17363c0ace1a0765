import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startProcess, stopProcess } from '@devplatform/embedded';
import { LeaseStore } from './lease.ts';
import { writeRelease } from './spec-support/stub-release.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';
import { LocalSurvey } from './survey.ts';

let folder: TemporaryFolder;
let survey: LocalSurvey;
beforeEach(() => {
  folder = new TemporaryFolder();
  survey = new LocalSurvey({ home: folder.path, releasesDir: join(folder.path, 'releases'), env: {} });
});
afterEach(() => {
  folder[Symbol.dispose]();
});

describe('a survey', () => {
  it('PLN-1: says who holds the lock, since when and at which step, without taking it', async () => {
    expect(survey.lockHolder()).toBeNull();
    const store = new LeaseStore(join(folder.path, 'lock'));
    const lease = store.acquire({ who: 'ada@host', deploymentId: 'd-1' });
    await lease.heartbeat('smoke');
    expect(survey.lockHolder()).toEqual({ who: 'ada@host', deploymentId: 'd-1', step: 'smoke', since: expect.any(String) });
    expect(() => {
      store.assertHeld(lease.fence);
    }).not.toThrow();
    await lease.release();
    expect(survey.lockHolder()).toBeNull();
  });

  it('PRE-7: sees that an artifact was changed, and what it lacks', async () => {
    const releases = join(folder.path, 'releases');
    const release = writeRelease(releases, 'v1.0.0', { 'worker/main.js': null });
    const before = await survey.artifact(release);
    expect(before.missing).toEqual(['worker/main.js']);
    appendFileSync(join(releases, 'v1.0.0/backend/main.js'), '//');
    expect((await survey.artifact(release)).digest).not.toBe(before.digest);
  });

  it('PRE-5: measures what is free, and what the processes of each slot hold', async () => {
    expect(await survey.room('green')).toEqual({
      ...{ freeMemory: expect.any(Number), freeDisk: expect.any(Number), runningSlot: null, replacedSlot: 0 },
    });
    const args = ['-e', 'console.log(1); setInterval(() => undefined, 1000)'];
    await startProcess({ dir: folder.path, name: 'backend-blue', command: process.execPath, args, env: {} });
    try {
      expect((await survey.room('green')).runningSlot).toBeGreaterThan(0);
      expect((await survey.room('blue')).replacedSlot).toBeGreaterThan(0);
    } finally {
      await stopProcess(folder.path, 'backend-blue', { graceMs: 5000 });
    }
  });
});
