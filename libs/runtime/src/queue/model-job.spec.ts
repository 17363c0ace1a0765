import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { modelJobFor } from './model-job.ts';

const task = { taskId: randomUUID(), modelVersionId: randomUUID(), objectKey: 'k', sha256: 'a'.repeat(64) };

describe('modelJobFor', () => {
  it('says in contract 2 what contract 1 leaves to the worker', () => {
    expect(modelJobFor(task, 1)).toEqual(task);
    expect(modelJobFor(task, 2)).toEqual({ ...task, levels: [0.5, 0.25], thumbnail: 256 });
  });

  it('refuses a contract that this release does not know', () => {
    expect(() => modelJobFor(task, 3)).toThrow('contract 3');
  });
});
