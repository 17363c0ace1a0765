import { randomBytes, randomUUID } from 'node:crypto';
import { startParts, stopPart } from '@devplatform/embedded';
import { ObjectStore } from '@devplatform/runtime/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { ApiClient, type Body, TestBed } from '../test-bed.ts';
import { Aborts } from '../uploads/aborts.ts';
import { Sender } from '../uploads/sender.ts';
import { ObjectRemovals } from './object-removals.ts';
import { Upkeep } from './upkeep.ts';

const DAY_S = 24 * 3600;

let bed: TestBed;
let slots: readonly Backend[];
let store: ObjectStore;
let ada: ApiClient;

beforeAll(async () => {
  bed = await TestBed.open();
  slots = await Promise.all([bed.start('blue'), bed.start('green')]);
  // Its rounds are asked for here, each when it is wanted.
  await Promise.all(slots.map(({ app }) => app.get(Upkeep).stop()));
  store = slots[0]?.app.get(ObjectStore) as ObjectStore;
  ada = await ApiClient.register(slots[0] as Backend);
});
afterAll(() => bed.close());

const project = async (): Promise<{ id: string; sender: Sender }> => {
  const { id } = (await ada.post('/projects', { name: 'Upkeep' })).body;
  return { id, sender: new Sender(ada, id) };
};
/** On both slots at once, as it happens. */
const removeAll = (graceS = 0): Promise<unknown> =>
  Promise.all(slots.map(({ app }) => app.get(ObjectRemovals, { strict: false }).sweep(graceS)));
const abortAll = (afterS: number): Promise<unknown> =>
  Promise.all(slots.map(({ app }) => app.get(Aborts, { strict: false }).sweep(afterS)));
const rowOf = async (id: string): Promise<{ status: string; key: string; s3: string }> => {
  const [row] = await bed.sql<{ status: string; key: string; s3: string }>(
    'SELECT status, object_key AS key, s3_upload_id AS s3 FROM upload WHERE id = $1',
    [id],
  );
  if (row === undefined) throw new Error(`there is no upload ${id}`);
  return row;
};
const partsOf = async ({ key, s3 }: { key: string; s3: string }): Promise<number | null> =>
  (await store.multipart.list({ key, id: s3 }))?.length ?? null;
const noted = (): Promise<object[]> => bed.sql('SELECT key FROM object_removal ORDER BY key');

/** A completed upload with something derived of it, as the worker would leave it. */
async function stored(sender: Sender): Promise<{ upload: Body; key: string; derived: string }> {
  const sha256 = randomBytes(32).toString('hex');
  const upload = await sender.create({ sha256 });
  await sender.complete(upload.id, await sender.send(upload.id));
  const derived = `derived/${sha256}/tools/optimised.glb`;
  await store.put(derived, randomBytes(10), 'model/gltf-binary');
  return { upload, key: (await rowOf(upload.id)).key, derived };
}

describe('an upload without a new part for a day', () => {
  it('UP-6: is aborted, and its parts are removed, once over both slots', async () => {
    const { sender } = await project();
    const upload = await sender.create();
    await sender.send(upload.id, [1]);
    const row = await rowOf(upload.id);
    expect(await partsOf(row)).toBe(1);
    await abortAll(0);
    await removeAll();
    expect((await ada.get(`/uploads/${upload.id}`)).body.status).toBe('aborted');
    expect(await partsOf(row)).toBeNull();
    expect(await noted()).toEqual([]);
    expect(await sender.complete(upload.id, [{ part: 1, etag: 'x' }])).toMatchObject({ body: { code: 'upload-not-open' } });
  });

  it('UP-6: stays while parts of it arrive, though nobody asked a slot for anything', async () => {
    const { sender } = await project();
    const upload = await sender.create();
    await bed.sql(`UPDATE upload SET updated_at = now() - interval '2 days' WHERE id = $1`, [upload.id]);
    await sender.send(upload.id, [1]);
    await abortAll(DAY_S);
    expect((await ada.get(`/uploads/${upload.id}`)).body).toMatchObject({ status: 'open', stored: [{ part: 1 }] });
    // Looked at again only when its last part is a day old.
    expect(await bed.sql(`SELECT FROM upload WHERE id = $1 AND updated_at > now() - interval '1 minute'`, [upload.id])).toHaveLength(1);
    await ada.delete(`/uploads/${upload.id}`);
    await removeAll();
  });

  it('UP-6: is left alone where it is being completed', async () => {
    const { sender } = await project();
    const upload = await sender.create();
    await sender.send(upload.id);
    await bed.sql(`UPDATE upload SET status = 'completing' WHERE id = $1`, [upload.id]);
    await abortAll(0);
    expect((await rowOf(upload.id)).status).toBe('completing');
  });
});

describe('a deleted project', () => {
  it('UP-6: leaves nothing at the store: no source, no part, nothing derived', async () => {
    const { id, sender } = await project();
    const { key, derived } = await stored(sender);
    const open = await sender.create();
    await sender.send(open.id, [1]);
    const row = await rowOf(open.id);
    expect((await ada.delete(`/projects/${id}`)).status).toBe(204);
    expect(await noted()).toHaveLength(3);
    await removeAll();
    expect([await store.size(key), await store.size(derived), await partsOf(row)]).toEqual([null, null, null]);
    expect(await noted()).toEqual([]);
  });

  it('UP-6: keeps what was derived of a file that another project has too', async () => {
    const [one, two] = [await project(), await project()];
    const { upload, derived } = await stored(one.sender);
    const { sha256 } = (await ada.get(`/uploads/${upload.id}`)).body as Body & { sha256: string };
    const twin = await two.sender.create({ sha256 });
    await two.sender.complete(twin.id, await two.sender.send(twin.id));
    await ada.delete(`/projects/${one.id}`);
    await removeAll();
    expect(await store.size(derived)).toBe(10);
    await ada.delete(`/projects/${two.id}`);
    await removeAll();
    expect(await store.size(derived)).toBeNull();
  });

  it('UP-6: keeps derived files for as long as a job of it may still write some', async () => {
    const { id, sender } = await project();
    const { derived } = await stored(sender);
    await ada.delete(`/projects/${id}`);
    await removeAll(600);
    expect(await store.size(derived)).toBe(10);
    await removeAll(0);
    expect(await store.size(derived)).toBeNull();
  });

  it('UP-6: is removed from the store when that is back', async () => {
    const { id, sender } = await project();
    const { key } = await stored(sender);
    await stopPart(bed.dir, 's3');
    await ada.delete(`/projects/${id}`);
    await expect(slots[0]?.app.get(ObjectRemovals, { strict: false }).sweep(0)).rejects.toThrow();
    expect(await noted()).toHaveLength(2);
    await startParts(bed.dir, {});
    await removeAll();
    expect([await store.size(key), await noted()]).toEqual([null, []]);
  });
});

describe('the ledger of a switch', () => {
  const handover = randomUUID();
  const outcome = async (id: string): Promise<object[]> =>
    bed.sql('SELECT outcome, to_slot FROM handover_item WHERE handover_id = $1 AND item = $2', [handover, id]);

  it('has the upload closed by whoever completes it, and by its abort', async () => {
    const { sender, id: projectId } = await project();
    const uploads = await Promise.all([sender.create(), sender.create(), sender.create()]);
    const parts = await Promise.all(uploads.map(({ id }) => sender.send(id)));
    await bed.sql(`INSERT INTO handover (id, from_slot, to_slot, counted) VALUES ($1, 'blue', 'green', '{}')`, [handover]);
    await bed.sql(`INSERT INTO handover_item (handover_id, kind, item) SELECT $1, 'upload', unnest($2::text[])`, [
      handover,
      uploads.map(({ id }) => id),
    ]);
    const [one, two, three] = uploads.map(({ id }) => id) as [string, string, string];
    await new Sender(ada.on(slots[1] as Backend), projectId).complete(one, parts[0] ?? []);
    await sender.complete(two, parts[1] ?? []);
    await ada.delete(`/uploads/${three}`);
    expect(await outcome(one)).toEqual([{ outcome: 'moved', to_slot: 'green' }]);
    expect(await outcome(two)).toEqual([{ outcome: 'finished', to_slot: 'blue' }]);
    expect(await outcome(three)).toEqual([{ outcome: 'left', to_slot: 'blue' }]);
  });
});
