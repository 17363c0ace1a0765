import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { startS3, stopParts } from '@devplatform/embedded';
import { generateGlb } from '@devplatform/harness/glb';
import { ObjectStore, type StoreConfig } from '@devplatform/runtime/storage';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import bunny from '@pmndrs/assets/models/bunny.glb.js';
import pmndrs from '@pmndrs/assets/models/pmndrs.glb.js';
import suzi from '@pmndrs/assets/models/suzi.glb.js';
import { tetrahedron } from '../smoke/tetrahedron.ts';
import { ModelThreads } from './model-threads.ts';
import type { ProcessedModel, Source } from './thread/messages.ts';

jest.setTimeout(60_000);

const dir = mkdtempSync(join(tmpdir(), 'devplatform-threads-'));
const entry = new URL('../model-thread.ts', import.meta.url);
const options = { levels: [0.25, 0.5], thumbnail: 128 };
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

async function stored(file: Uint8Array): Promise<Source> {
  const objectKey = `uploads/${randomUUID()}`;
  await store.put(objectKey, file, 'model/gltf-binary');
  return { objectKey, sha256: createHash('sha256').update(file).digest('hex') };
}

const processed = async (file: Uint8Array, onStep: (step: string) => void = () => undefined): Promise<ProcessedModel> =>
  threads.process(await stored(file), options, onStep, never);

const outputsOf = ({ optimised, thumbnail, levels }: ProcessedModel): { key: string; size: number }[] => [optimised, thumbnail, ...levels];
const read = async (key: string): Promise<Buffer> => buffer(await store.get(key));

describe('ModelThreads', () => {
  it.each<[keyof typeof ASSETS, number, number]>([
    ['bunny', 5648, 0],
    ['suzi', 14_842, 0],
    ['pmndrs', 1552, 1],
  ])('processes %s, which is Draco-compressed', async (name, triangles, textures) => {
    const steps: string[] = [];
    const model = await processed(asset(name), (step) => steps.push(step));
    expect(steps).toEqual(['read', 'validate', 'inspect', 'optimise', 'thumbnail', 'levels']);
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
    const attempt = (changes: Partial<Source>): Promise<unknown> =>
      threads.process({ ...source, ...changes }, options, () => undefined, never);
    await expect(attempt({ objectKey: 'uploads/none' })).rejects.toMatchObject({ code: 'missing' });
    await expect(attempt({ sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'hash-mismatch' });
  });

  it('blames the store and not the model when the store is away', async () => {
    const cut = new ModelThreads({ entry, store: { ...config, S3_ENDPOINT: 'http://127.0.0.1:9' }, size: 1 });
    await expect(cut.process(await stored(tetrahedron()), options, () => undefined, never)).rejects.toMatchObject({ name: 'Outage' });
    await cut.close();
  });

  it('gives up after the bound', async () => {
    const hasty = new ModelThreads({ entry, store: config, size: 1, boundMs: 1 });
    await expect(hasty.process(await stored(tetrahedron()), options, () => undefined, never)).rejects.toMatchObject({ code: 'too-slow' });
    await hasty.close();
  });

  it('stops a model when its signal is aborted, and the next in line runs', async () => {
    const stop = new AbortController();
    const abort = (): void => {
      stop.abort(new Error('enough'));
    };
    const stopped = threads.process(await stored(tetrahedron()), options, abort, stop.signal);
    const next = processed(tetrahedron());
    await expect(stopped).rejects.toThrow('enough');
    expect((await next).inspect.triangles).toBe(4);
  });
});
