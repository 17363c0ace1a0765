import { MAX_UPLOAD_BYTES, PART_BYTES } from '@devplatform/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, type Body, TestBed } from '../test-bed.ts';
import { Completion } from './completion.ts';
import { PartStore } from './part-store.ts';
import { FILE, PARTS, Sender, type SentPart } from './sender.ts';
import type { UploadRow } from './upload.entity.ts';

let bed: TestBed;
let blue: Backend;
let green: Backend;
let ada: ApiClient;
let project: string;
let sender: Sender;

beforeAll(async () => {
  bed = await TestBed.open();
  [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  ada = await ApiClient.register(blue);
  project = (await ada.post('/projects', { name: 'Uploads' })).body.id;
  sender = new Sender(ada, project);
});
afterAll(() => bed.close());

const declared = (): Record<string, unknown> => sender.declared();
const create = (values: Record<string, unknown> = {}): Promise<Body> => sender.create(values);
const sendParts = (id: string, wanted?: readonly number[]): Promise<SentPart[]> => sender.send(id, wanted);

const rowsOf = async (upload: string): Promise<object[]> =>
  bed.sql(
    `SELECT model.name, number, task.contract, task.status FROM model_version version JOIN model ON model.id = model_id
     JOIN processing_task task ON task.model_version_id = version.id WHERE upload_id = $1`,
    [upload],
  );

describe('an upload', () => {
  it('goes past the slot to the store and becomes one model, one version and one task', async () => {
    const upload = await create();
    expect(upload).toMatchObject({ status: 'open', parts: 2, partSize: PART_BYTES, fence: 1, modelId: null, taskId: null });
    const parts = await sendParts(upload.id);
    const done = await ada.post(`/uploads/${upload.id}/complete`, { fence: upload.fence, parts });
    expect(done).toMatchObject({ status: 200, body: { id: upload.id, status: 'verifying', error: null } });
    expect(await rowsOf(upload.id)).toEqual([{ name: 'Cath\u00e9drale', number: 1, contract: 2, status: 'queued' }]);
    expect((await ada.get(`/tasks/${done.body.taskId}`)).body).toMatchObject({
      status: 'queued',
      modelVersionId: done.body.modelVersionId,
    });
    expect((await ada.get(`/models/${done.body.modelId}`)).body).toMatchObject({ latest: { number: 1, status: 'processing', urls: null } });
  });

  it('UP-1: goes on at the other slot with what was sent to the first', async () => {
    const upload = await create();
    const first = await sendParts(upload.id, [1]);
    const onGreen = new Sender(ada.on(green), project);
    const parts = [...first, ...(await onGreen.send(upload.id, [2]))];
    expect((await ada.on(green).get(`/uploads/${upload.id}`)).body.stored).toEqual(parts);
    expect(await onGreen.complete(upload.id, parts)).toMatchObject({ status: 200, body: { status: 'verifying' } });
    expect(await rowsOf(upload.id)).toHaveLength(1);
  });

  it('UP-3: is completed once, however often and on whichever slot it is asked for', async () => {
    const upload = await create();
    const parts = await sendParts(upload.id);
    const ask = (slot: Backend): Promise<Answer> => ada.on(slot).post(`/uploads/${upload.id}/complete`, { fence: upload.fence, parts });
    const answers = await Promise.all([blue, green, blue, green].map(ask));
    answers.push(await ask(blue), await ask(green));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.taskId)).size).toBe(1);
    expect(await rowsOf(upload.id)).toHaveLength(1);
  });

  it('is the same one for the same clientUploadId, on both slots at once, and another one for another file', async () => {
    const values = declared();
    const made = await Promise.all([ada, ada.on(green), ada].map((client) => client.post(`/projects/${project}/uploads`, values)));
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(await ada.post(`/projects/${project}/uploads`, { ...values, size: 5 })).toMatchObject({
      status: 409,
      body: { code: 'upload-differs' },
    });
  });

  it('tells a reloaded page which parts the store has', async () => {
    const upload = await create();
    const [second] = await sendParts(upload.id, [2]);
    expect((await ada.get(`/uploads/${upload.id}`)).body.stored).toEqual([second]);
  });

  it('takes parts through the slot where a client cannot reach the store', async () => {
    const upload = await create();
    const put = (part: number, body: Uint8Array): Promise<Answer> => sender.put(upload.id, part, body);
    const first = await put(1, PARTS[0]);
    const second = await put(2, PARTS[1]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await put(2, FILE.subarray(0, 1001))).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
    expect(await put(2, FILE.subarray(0, 999))).toMatchObject({ status: 400, body: { code: 'part-too-small' } });
    expect(await put(3, FILE.subarray(0, 9))).toMatchObject({ status: 400, body: { code: 'unknown-part' } });
    const done = await ada.post(`/uploads/${upload.id}/complete`, { fence: 1, parts: [first.body, second.body] });
    expect(done).toMatchObject({ status: 200, body: { status: 'verifying' } });
  });

  it('is not completed while the parts are not those that were declared', async () => {
    const upload = await create();
    const [first] = await sendParts(upload.id, [1]);
    const complete = (parts: unknown, fence = 1): Promise<Answer> => ada.post(`/uploads/${upload.id}/complete`, { fence, parts });
    expect(await complete([first])).toMatchObject({ status: 409, body: { code: 'parts-incomplete', errors: [{ path: 'parts.2' }] } });
    const parts = [first, ...(await sendParts(upload.id, [2]))];
    expect(await complete([first])).toMatchObject({ status: 409, body: { code: 'parts-incomplete' } });
    expect(await complete([first, { part: 2, etag: '"0"' }])).toMatchObject({ status: 409, body: { code: 'parts-incomplete' } });
    expect(await complete(parts, 2)).toMatchObject({ status: 409, body: { code: 'stale-fence' } });
    expect(await complete(parts)).toMatchObject({ status: 200 });
  });

  it('cannot be made larger at the store than was declared', async () => {
    const upload = await create();
    const { body } = await ada.post(`/uploads/${upload.id}/sign`, { parts: [2] });
    expect((await fetch(body.urls[0]?.url ?? '', { method: 'PUT', body: FILE.subarray(0, 2000) })).status).toBe(403);
    expect((await ada.get(`/uploads/${upload.id}`)).body.stored).toEqual([]);
  });

  it.each([
    ['before the store made an object of the parts', 'completing', false],
    ['after that, and nobody noted it', 'completing', true],
    ['when it was stored and had no model yet', 'stored', true],
  ])('UP-2: is finished by the other slot when the one that completed it died %s', async (_when, status, assembled) => {
    const upload = await create();
    await sendParts(upload.id);
    const [row] = await bed.sql<UploadRow>('SELECT object_key AS "objectKey", s3_upload_id AS "s3UploadId" FROM upload WHERE id = $1', [
      upload.id,
    ]);
    const parts = blue.app.get(PartStore, { strict: false });
    if (row !== undefined && assembled) await parts.complete(row, (await parts.list(row)) ?? []);
    await bed.sql(`UPDATE upload SET status = $2, updated_at = now() - interval '31 s' WHERE id = $1`, [upload.id, status]);
    await Promise.all([blue, green].map((slot) => slot.app.get(Completion, { strict: false }).sweep()));
    expect((await ada.get(`/uploads/${upload.id}`)).body.status).toBe('verifying');
    expect(await rowsOf(upload.id)).toHaveLength(1);
  });

  it('UP-3: starts over with a higher fence when the store lost it', async () => {
    const upload = await create();
    const parts = await sendParts(upload.id);
    await bed.sql(`UPDATE upload SET s3_upload_id = 'lost' WHERE id = $1`, [upload.id]);
    expect(await ada.post(`/uploads/${upload.id}/complete`, { fence: 1, parts })).toMatchObject({
      status: 409,
      body: { code: 'upload-lost' },
    });
    expect((await ada.get(`/uploads/${upload.id}`)).body).toMatchObject({ status: 'open', fence: 2, stored: [] });
    expect(await ada.post(`/uploads/${upload.id}/complete`, { fence: 1, parts })).toMatchObject({
      status: 409,
      body: { code: 'stale-fence' },
    });
    const again = await sendParts(upload.id);
    expect(await ada.post(`/uploads/${upload.id}/complete`, { fence: 2, parts: again })).toMatchObject({ status: 200 });
  });

  it('can be aborted while it is open, and takes nothing afterwards', async () => {
    const upload = await create();
    await sendParts(upload.id, [1]);
    expect((await ada.delete(`/uploads/${upload.id}`)).status).toBe(204);
    expect((await ada.delete(`/uploads/${upload.id}`)).status).toBe(204);
    expect(await ada.post(`/uploads/${upload.id}/sign`, { parts: [1] })).toMatchObject({ status: 409, body: { code: 'upload-not-open' } });
    const complete = await ada.post(`/uploads/${upload.id}/complete`, { fence: 1, parts: [{ part: 1, etag: 'x' }] });
    expect(complete).toMatchObject({ status: 409, body: { code: 'upload-not-open' } });
  });

  it('numbers the versions of a model, also of two uploads at once', async () => {
    const first = await create();
    const { modelId } = (await ada.post(`/uploads/${first.id}/complete`, { fence: 1, parts: await sendParts(first.id) })).body;
    const more = await Promise.all([create({ modelId }), create({ modelId })]);
    const parts = await Promise.all(more.map(({ id }) => sendParts(id)));
    await Promise.all(
      more.map(({ id }, i) => ada.on(i === 0 ? blue : green).post(`/uploads/${id}/complete`, { fence: 1, parts: parts[i] })),
    );
    const { body } = await ada.get(`/models/${modelId}`);
    expect(body.versions.map(({ number }) => number)).toEqual([3, 2, 1]);
  });

  it.each([
    ['a path as a name', { fileName: '../../etc/passwd' }],
    ['a path of Windows as a name', { fileName: 'C:\\model.glb' }],
    ['the folder above as a name', { fileName: '..' }],
    ['a line of a header in the name', { fileName: 'a\u0000b.glb' }],
    ['more than 100 MB', { size: MAX_UPLOAD_BYTES + 1 }],
    ['nothing', { size: 0 }],
    ['a size that is no whole number', { size: 1.5 }],
    ['a hash that is none', { sha256: `${'0'.repeat(63)}g` }],
    ['an id that is none', { clientUploadId: "'; DROP TABLE upload; --" }],
  ])('refuses %s', async (_what, values) => {
    const answer = await ada.post(`/projects/${project}/uploads`, { ...declared(), ...values });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ path: Object.keys(values)[0] }] } });
  });

  it('is nobody else\u2019s to see or to complete', async () => {
    const upload = await create();
    const grace = await ApiClient.register(green, 'Grace');
    for (const client of [grace, new ApiClient(blue)]) {
      expect(await client.get(`/uploads/${upload.id}`)).toMatchObject({ status: 404, body: { code: 'unknown-upload' } });
      expect((await client.post(`/uploads/${upload.id}/sign`, { parts: [1] })).status).toBe(404);
      expect((await client.post(`/uploads/${upload.id}/complete`, { fence: 1, parts: [{ part: 1, etag: 'x' }] })).status).toBe(404);
    }
  });
});
