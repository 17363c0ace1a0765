import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Checkpoint, Slot } from '@devplatform/contracts';
import { startS3, stopParts } from '@devplatform/embedded';
import { generateGlb } from '@devplatform/harness/glb';
import { ObjectStore, type StoreConfig } from '@devplatform/runtime/storage';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import bunny from '@pmndrs/assets/models/bunny.glb.js';
import pmndrs from '@pmndrs/assets/models/pmndrs.glb.js';
import suzi from '@pmndrs/assets/models/suzi.glb.js';
import { tetrahedron } from '../smoke/tetrahedron.ts';
import type { ModelObserver } from './conversation.ts';
import { ModelThreads, type ModelWork } from './model-threads.ts';
import type { ProcessedModel, Source } from './thread/messages.ts';

jest.setTimeout(60_000);

const dir = mkdtempSync(join(tmpdir(), 'devplatform-threads-'));
const entry = new URL('../model-thread.ts', import.meta.url);
const options = { levels: [0.25, 0.5], thumbnail: 128 };
const STEPS = ['inspect', 'optimise', 'thumbnail', 'level-0.5', 'level-0.25'];
const never = new AbortController().signal;
let config: StoreConfig;
let store: ObjectStore;
let threads: ModelThreads;

beforeAll(async () => {
  const s3 = await startS3(dir);
  config = {
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
  };
  store = new ObjectStore(config);
  threads = new ModelThreads({ entry, store: config, size: 1 });
});
afterAll(async () => {
  await threads.close();
  store.close();
  await stopParts(dir);
  rmSync(dir, { recursive: true, force: true });
});

const ASSETS = { bunny, pmndrs, suzi } as const;

/** The models are data URIs. */
const asset = (name: keyof typeof ASSETS): Uint8Array => Buffer.from(ASSETS[name].slice(ASSETS[name].indexOf(',') + 1), 'base64');

/** Each of its steps takes a while. */
const slowModel = (): Uint8Array => generateGlb({ bytes: 8 * 1024 * 1024, seed: 5, detail: 6 });

async function stored(file: Uint8Array): Promise<Source> {
  const objectKey = `uploads/${randomUUID()}`;
  await store.put(objectKey, file, 'model/gltf-binary');
  return { objectKey, sha256: createHash('sha256').update(file).digest('hex') };
}

const work = (source: Source, checkpoint: unknown = null, slot: Slot = 'blue'): ModelWork => ({ source, options, slot, checkpoint });

const processed = async (file: Uint8Array, observer: ModelObserver = {}): Promise<ProcessedModel> =>
  threads.process(work(await stored(file)), observer, never);

const outputsOf = ({ optimised, thumbnail, levels }: ProcessedModel): { key: string; size: number }[] => [optimised, thumbnail, ...levels];
const read = async (key: string): Promise<Buffer> => buffer(await store.get(key));

describe('ModelThreads', () => {
  it.each<[keyof typeof ASSETS, number, number]>([
    ['bunny', 5648, 0],
    ['suzi', 14_842, 0],
    ['pmndrs', 1552, 1],
  ])('processes %s, which is Draco-compressed', async (name, triangles, textures) => {
    const checkpoints: Checkpoint[] = [];
    const model = await processed(asset(name), { onCheckpoint: (checkpoint) => checkpoints.push(checkpoint) });
    expect(checkpoints.at(-1)?.steps.map(({ step }) => step)).toEqual(STEPS);
    expect(model.inspect).toMatchObject({ triangles, textures, meshes: 1 });
    expect(model.levels.map(({ ratio, triangles: left }) => [ratio, Math.round((left / triangles) * 100)])).toEqual([
      [0.5, 50],
      [0.25, 25],
    ]);
    for (const { key, size } of outputsOf(model)) expect((await read(key)).byteLength).toBe(size);
  });

  it('draws something into the middle of the thumbnail and nothing into its corners', async () => {
    const { thumbnail } = await processed(asset('suzi'));
    const context = createCanvas(128, 128).getContext('2d');
    context.drawImage(await loadImage(await read(thumbnail.key)), 0, 0);
    const alpha = (x: number, y: number): number | undefined => context.getImageData(x, y, 1, 1).data[3];
    expect([alpha(64, 64), alpha(1, 1), alpha(126, 126)]).toEqual([255, 0, 0]);
  });

  it('makes the same bytes of the same file again', async () => {
    const first = await processed(asset('pmndrs'));
    const before = await Promise.all(outputsOf(first).map(({ key }) => read(key)));
    for (const { key } of outputsOf(first)) await store.delete(key);
    expect(await processed(asset('pmndrs'))).toEqual(first);
    expect(await Promise.all(outputsOf(first).map(({ key }) => read(key)))).toEqual(before);
  });

  it('processes a file of 20 MB that is mostly textures', async () => {
    const { inspect } = await processed(generateGlb({ bytes: 20 * 1024 * 1024, seed: 1 }));
    expect(inspect).toMatchObject({ triangles: 9216, meshes: 3, textures: 3, bounds: { min: [-1, -1, -1], max: [6, 1, 1] } });
  });

  it('reads what it wrote', async () => {
    const { optimised } = await processed(asset('bunny'));
    expect((await processed(await read(optimised.key))).inspect.triangles).toBe(5648);
  });

  it('refuses what cannot be processed, and goes on with the next', async () => {
    await expect(processed(new TextEncoder().encode('<html>not a model</html>'))).rejects.toMatchObject({ code: 'not-glb' });
    await expect(processed(tetrahedron().slice(0, -10))).rejects.toMatchObject({ code: 'truncated' });
    expect((await processed(tetrahedron())).inspect.triangles).toBe(4);
  });

  it('refuses what is not in the store or not what was uploaded', async () => {
    const source = await stored(tetrahedron());
    const attempt = (changes: Partial<Source>): Promise<unknown> => threads.process(work({ ...source, ...changes }), {}, never);
    await expect(attempt({ objectKey: 'uploads/none' })).rejects.toMatchObject({ code: 'missing' });
    await expect(attempt({ sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'hash-mismatch' });
  });

  it('blames the store and not the model when the store is away', async () => {
    const cut = new ModelThreads({ entry, store: { ...config, S3_ENDPOINT: 'http://127.0.0.1:9' }, size: 1 });
    await expect(cut.process(work(await stored(tetrahedron())), {}, never)).rejects.toMatchObject({ name: 'Outage' });
    await cut.close();
  });

  it('gives up after the bound', async () => {
    const hasty = new ModelThreads({ entry, store: config, size: 1, boundMs: 1 });
    await expect(hasty.process(work(await stored(tetrahedron())), {}, never)).rejects.toMatchObject({ code: 'too-slow' });
    await hasty.close();
  });

  it('stops a model before its next step when its signal is aborted, and the next in line runs', async () => {
    const stop = new AbortController();
    const checkpoints: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint): void => {
      checkpoints.push(checkpoint);
      stop.abort(new Error('enough'));
    };
    const stopped = threads.process(work(await stored(slowModel())), { onCheckpoint }, stop.signal);
    const next = processed(tetrahedron());
    await expect(stopped).rejects.toThrow(/^stopped after step \d/);
    expect(checkpoints.at(-1)?.steps.length).toBeLessThan(STEPS.length);
    expect((await next).inspect.triangles).toBe(4);
  });

  it('ends the thread of a step that takes too long to stop', async () => {
    const impatient = new ModelThreads({ entry, store: config, size: 1, patienceMs: 1 });
    const stop = new AbortController();
    const source = await stored(slowModel());
    const checkpoints: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint): void => {
      checkpoints.push(checkpoint);
      // One exchange later the next step has begun.
      void store.size(source.objectKey).then(() => {
        stop.abort();
      });
    };
    await expect(impatient.process(work(source), { onCheckpoint }, stop.signal)).rejects.toThrow('aborted');
    expect(checkpoints.map(({ steps }) => steps.length)).toEqual([1]);
    await impatient.close();
  });
});

describe('a model that is cut between two steps', () => {
  let source: Source;
  let model: ProcessedModel;
  const checkpoints: Checkpoint[] = [];
  let files: Buffer[];
  let others: ModelThreads;

  const bytesOf = (made: ProcessedModel): Promise<Buffer[]> => Promise.all(outputsOf(made).map(({ key }) => read(key)));

  beforeAll(async () => {
    source = await stored(asset('pmndrs'));
    model = await threads.process(work(source), { onCheckpoint: (checkpoint) => checkpoints.push(checkpoint) }, never);
    files = await bytesOf(model);
    others = new ModelThreads({ entry, store: config, size: 1 });
  });
  afterAll(() => others.close());

  /** What is left when a process is cut after its nth step. */
  async function cutAfter(n: number): Promise<Checkpoint | undefined> {
    const { optimised = null, thumbnail = null, levels = [] } = checkpoints[n - 1] ?? {};
    const made = [optimised, thumbnail, ...levels].map((file) => file?.key);
    for (const { key } of outputsOf(model)) if (!made.includes(key)) await store.delete(key);
    return checkpoints[n - 1];
  }

  it.each(STEPS.slice(0, -1).map((step, at) => [step, at + 1] as const))(
    'JOB-3: repeats no step after %s, and makes the same files as one that is not',
    async (_step, n) => {
      const last: Checkpoint[] = [];
      const resumed = await others.process(
        work(source, await cutAfter(n), 'green'),
        { onCheckpoint: (checkpoint) => last.push(checkpoint) },
        never,
      );
      expect(resumed).toEqual(model);
      expect(await bytesOf(resumed)).toEqual(files);
      const slots = STEPS.map((step, at) => ({ step, slot: at < n ? 'blue' : 'green' }));
      expect(last.at(-1)?.steps).toMatchObject(slots);
      expect(last).toHaveLength(STEPS.length - n);
    },
  );

  it.each<[string, (checkpoint: Checkpoint) => unknown, RegExp]>([
    ['unreadable', () => ({ steps: 'none' }), /cannot be read/],
    ['of other tools', (checkpoint) => ({ ...checkpoint, recipe: { ...checkpoint.recipe, tools: 'others-1' } }), /another recipe/],
    ['of another file', (checkpoint) => ({ ...checkpoint, recipe: { ...checkpoint.recipe, sha256: 'f'.repeat(64) } }), /another recipe/],
    ['of files elsewhere', (checkpoint) => ({ ...checkpoint, thumbnail: { key: 'uploads/x', size: 1 } }), /none of this model's files/],
  ])('JOB-3: starts over where the checkpoint is %s, and says so', async (_what, spoil, reason) => {
    const checkpoint = checkpoints[3];
    if (checkpoint === undefined) throw new Error('no checkpoint');
    const reasons: string[] = [];
    const again = await others.process(work(source, spoil(checkpoint)), { onStartOver: (why) => reasons.push(why) }, never);
    expect(again).toEqual(model);
    expect(reasons).toEqual([expect.stringMatching(reason)]);
  });

  it('JOB-3: starts over where a file of the checkpoint is no longer in the store', async () => {
    const checkpoint = await cutAfter(3);
    await store.delete(model.optimised.key);
    const reasons: string[] = [];
    expect(await others.process(work(source, checkpoint), { onStartOver: (why) => reasons.push(why) }, never)).toEqual(model);
    expect(reasons).toEqual([expect.stringMatching('is not in the store')]);
    expect(await bytesOf(model)).toEqual(files);
  });
});
