import { randomUUID } from 'node:crypto';
import { MAX_UPLOAD_BYTES, PART_BYTES } from '@devplatform/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, type Body, TestBed } from '../test-bed.ts';
import { FILE, PARTS, Sender, type SentPart } from './sender.ts';

let bed: TestBed;
let blue: Backend;
let green: Backend;
let ada: ApiClient;
let grace: ApiClient;
let project: string;
let sender: Sender;

beforeAll(async () => {
  bed = await TestBed.open();
  [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  ada = await ApiClient.register(blue);
  grace = await ApiClient.register(green, 'Grace');
  project = (await ada.post('/projects', { name: 'Bad uploads' })).body.id;
  await ada.send('PUT', `/projects/${project}/members/${grace.userId ?? ''}`, { role: 'editor' });
  sender = new Sender(ada, project);
});
afterAll(() => bed.close());

const models = async (upload: string): Promise<number> =>
  (await bed.sql('SELECT FROM model_version WHERE upload_id = $1', [upload])).length;
const stateOf = async ({ id }: Body): Promise<unknown> => bed.sql('SELECT status, fence, s3_upload_id FROM upload WHERE id = $1', [id]);

describe('an upload is left as it was', () => {
  let upload: Body;
  let parts: SentPart[];

  beforeAll(async () => {
    upload = await sender.create();
    parts = await sender.send(upload.id);
  });

  /** What was answered, and whether the upload is as it was. */
  const outcomeOf = async (answer: Promise<Answer>): Promise<string> => {
    const before = await stateOf(upload);
    const { status, body } = await answer;
    expect(await stateOf(upload)).toEqual(before);
    expect((await ada.get(`/uploads/${upload.id}`)).body).toMatchObject({ status: 'open', stored: parts });
    expect(await models(upload.id)).toBe(0);
    return `${status} ${body.code}`;
  };

  it('by etags of other bytes', async () => {
    const lie = parts.map(({ part }) => ({ part, etag: '"d41d8cd98f00b204e9800998ecf8427e"' }));
    expect(await outcomeOf(sender.complete(upload.id, lie))).toBe('409 parts-incomplete');
  });

  it('by parts in exchange for each other', async () => {
    const [first, second] = parts;
    const swapped = [
      { part: 1, etag: second?.etag ?? '' },
      { part: 2, etag: first?.etag ?? '' },
    ];
    expect(await outcomeOf(sender.complete(upload.id, swapped))).toBe('409 parts-incomplete');
  });

  it('by a part beyond the last', async () => {
    expect(await outcomeOf(sender.complete(upload.id, [...parts, { part: 3, etag: '"x"' }]))).toBe('409 parts-incomplete');
  });

  it.each([0, 2, -1])('by the fence %i', async (fence) => {
    expect(await outcomeOf(sender.complete(upload.id, parts, fence))).toBe('409 stale-fence');
  });

  it('by a completion without parts', async () => {
    expect(await outcomeOf(sender.complete(upload.id, []))).toBe('409 parts-incomplete');
  });
  it('by a part without an etag', async () => {
    expect(await outcomeOf(sender.complete(upload.id, [{ part: 1 } as SentPart]))).toBe('400 invalid-request');
  });

  it.each([0, 1001, 1.5])('by signing part %d', async (part) => {
    expect(await outcomeOf(sender.sign(upload.id, [part]))).toBe('400 invalid-request');
  });
  it('by signing a part that the file does not have', async () => {
    expect(await outcomeOf(sender.sign(upload.id, [3]))).toBe('400 unknown-part');
  });

  it.each([0, 1001])('by sending part %i through the slot', async (part) => {
    expect(await outcomeOf(sender.put(upload.id, part, PARTS[1]))).toBe('400 invalid-request');
  });
  it('by a part that is too long', async () => {
    expect(await outcomeOf(sender.put(upload.id, 2, FILE.subarray(0, 1001)))).toBe('413 body-too-large');
  });
  it('by a part that is too short', async () => {
    expect(await outcomeOf(sender.put(upload.id, 2, FILE.subarray(0, 999)))).toBe('400 part-too-small');
  });

  it('by a colleague, who may neither sign, send, complete nor abort it', async () => {
    const colleague = new Sender(grace, project);
    expect(await outcomeOf(colleague.sign(upload.id, [1]))).toBe('403 not-your-upload');
    expect(await outcomeOf(colleague.put(upload.id, 2, PARTS[1]))).toBe('403 not-your-upload');
    expect(await outcomeOf(colleague.complete(upload.id, parts))).toBe('403 not-your-upload');
    expect(await outcomeOf(grace.delete(`/uploads/${upload.id}`))).toBe('403 role-too-low');
  });

  it('by a colleague with the same clientUploadId', async () => {
    const again = { ...sender.declared(), clientUploadId: (await ada.get(`/uploads/${upload.id}`)).body.clientUploadId };
    expect(await outcomeOf(grace.post(`/projects/${project}/uploads`, again))).toBe('409 upload-differs');
  });

  it('by all of this, and can still be completed', async () => {
    expect(await sender.complete(upload.id, parts)).toMatchObject({ status: 200, body: { status: 'verifying' } });
  });
});

describe('a file', () => {
  it('of 101 MB is refused before a byte of it is accepted', async () => {
    const clientUploadId = randomUUID();
    const answer = await ada.post(`/projects/${project}/uploads`, sender.declared({ clientUploadId, size: 101 * 1024 * 1024 }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ path: 'size' }] } });
    expect(await bed.sql('SELECT FROM upload WHERE client_upload_id = $1', [clientUploadId])).toEqual([]);
  });

  it('of 100 MB has thirteen parts and no place for more', async () => {
    const upload = await sender.create({ size: MAX_UPLOAD_BYTES });
    expect(upload).toMatchObject({ parts: 13 });
    expect(await sender.sign(upload.id, [14])).toMatchObject({ status: 400, body: { code: 'unknown-part' } });
    const { url = '' } = (await sender.sign(upload.id, [13])).body.urls[0] ?? {};
    expect((await fetch(url, { method: 'PUT', body: FILE.subarray(0, PART_BYTES) })).status).toBe(403);
  });
});

describe('an aborted upload', () => {
  it('cannot be completed, on either slot', async () => {
    const upload = await sender.create();
    const parts = await sender.send(upload.id);
    expect((await ada.delete(`/uploads/${upload.id}`)).status).toBe(204);
    for (const slot of [blue, green]) {
      const late = await new Sender(ada.on(slot), project).complete(upload.id, parts);
      expect(late).toMatchObject({ status: 409, body: { code: 'upload-not-open' } });
    }
    expect(await models(upload.id)).toBe(0);
  });

  it('is completed or aborted, never both, when both come at once', async () => {
    const upload = await sender.create();
    const parts = await sender.send(upload.id);
    const [completed, aborted] = await Promise.all([
      new Sender(ada.on(green), project).complete(upload.id, parts),
      ada.delete(`/uploads/${upload.id}`),
    ]);
    expect([[200, 409].join(), [409, 204].join()]).toContain([completed.status, aborted.status].join());
    expect(await models(upload.id)).toBe(completed.status === 200 ? 1 : 0);
  });

  it('is one that an admin may abort for somebody else', async () => {
    const upload = await new Sender(grace, project).create();
    expect((await ada.delete(`/uploads/${upload.id}`)).status).toBe(204);
  });
});
