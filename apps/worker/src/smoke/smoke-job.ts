import { createHash } from 'node:crypto';
import { MODEL_JOB_DEFAULTS, RELEASE, SmokeJobPayload, type Slot } from '@devplatform/contracts';
import type { ObjectStore } from '@devplatform/runtime/storage';
import type { JobHandler } from '../consumer.ts';
import type { ModelThreads } from '../model-processing/model-threads.ts';
import { readPayload } from '../payload.ts';
import { tetrahedron } from './tetrahedron.ts';

/** A small model through everything that a user's model goes through, but for the rows: store, checks, thread, outputs. */
export function smokeJobHandler(store: ObjectStore, threads: ModelThreads, slot: Slot): JobHandler {
  return async (job, signal) => {
    const { id } = readPayload(SmokeJobPayload, job);
    const file = tetrahedron();
    const objectKey = `smoke/${id}.glb`;
    await store.put(objectKey, file, 'model/gltf-binary');
    try {
      const source = { objectKey, sha256: createHash('sha256').update(file).digest('hex') };
      const { inspect } = await threads.process({ source, options: MODEL_JOB_DEFAULTS, slot, checkpoint: null }, {}, signal);
      return { release: RELEASE, slot, triangles: inspect.triangles };
    } finally {
      await store.delete(objectKey);
    }
  };
}
