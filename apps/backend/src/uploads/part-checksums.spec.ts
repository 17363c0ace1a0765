import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, TestBed } from '../test-bed.ts';
import { base64Sha256, PARTS, Sender } from './sender.ts';

const SUMS: readonly [string, string] = [base64Sha256(PARTS[0]), base64Sha256(PARTS[1])];
const OTHER = Buffer.from(PARTS[1]).fill(0);

let bed: TestBed;
let blue: Backend;
let sender: Sender;
let stored: (id: string) => Promise<unknown>;

beforeAll(async () => {
  bed = await TestBed.open();
  blue = await bed.start('blue');
  const ada = await ApiClient.register(blue);
  sender = new Sender(ada, (await ada.post('/projects', { name: 'Checksums' })).body.id);
  stored = async (id) => (await ada.get(`/uploads/${id}`)).body.stored;
});
afterAll(() => bed.close());

describe('an upload whose parts come with their SHA-256', () => {
  it('is stored with them, listed with them and completed', async () => {
    const upload = await sender.create({ partChecksums: true });
    expect(upload).toMatchObject({ partChecksums: true });
    const parts = await sender.send(upload.id, [1, 2], SUMS);
    expect(await stored(upload.id)).toEqual(parts.map((part, index) => ({ ...part, sha256: SUMS[index] })));
    expect(await sender.complete(upload.id, parts)).toMatchObject({ status: 200, body: { status: 'verifying' } });
  });

  it('UP-4: has a corrupt part refused at the store, which keeps nothing of it', async () => {
    const upload = await sender.create({ partChecksums: true });
    const { urls } = (await sender.sign(upload.id, [2], SUMS)).body;
    const [{ url, headers } = { url: '', headers: {} }] = urls;
    const corrupt = await fetch(url, { method: 'PUT', body: OTHER, headers });
    expect([corrupt.status, await corrupt.text()]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')]);
    expect(await stored(upload.id)).toEqual([]);
    // Neither another checksum nor none gets past the signature.
    const lying = { 'x-amz-checksum-sha256': base64Sha256(OTHER) };
    expect((await fetch(url, { method: 'PUT', body: OTHER, headers: lying })).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: OTHER })).status).toBe(403);
    expect(await stored(upload.id)).toEqual([]);
    expect((await fetch(url, { method: 'PUT', body: PARTS[1], headers })).status).toBe(200);
  });

  it.each([
    ['as S3 writes it', (sum: string) => ({ 'x-amz-checksum-sha256': sum })],
    ['as RFC 9530 does', (sum: string) => ({ 'repr-digest': `sha-512=:eA==:, sha-256=:${sum}:` })],
  ])('takes parts through the slot with their checksum, %s', async (_how, header) => {
    const upload = await sender.create({ partChecksums: true });
    const first = await sender.put(upload.id, 1, PARTS[0], header(SUMS[0]));
    expect(await sender.put(upload.id, 2, OTHER, header(SUMS[1]))).toMatchObject({ status: 400, body: { code: 'checksum-mismatch' } });
    expect(await sender.put(upload.id, 2, PARTS[1])).toMatchObject({ status: 400, body: { code: 'checksum-missing' } });
    expect(await sender.put(upload.id, 2, PARTS[1], header('eA=='))).toMatchObject({ status: 400, body: { code: 'malformed-checksum' } });
    expect(await stored(upload.id)).toHaveLength(1);
    const second = await sender.put(upload.id, 2, PARTS[1], header(SUMS[1]));
    expect(second).toMatchObject({ status: 200, body: { part: 2, sha256: SUMS[1] } });
    const parts = [first, second].map(({ body }) => body as unknown as { part: number; etag: string });
    expect(await sender.complete(upload.id, parts)).toMatchObject({ status: 200 });
  });

  it('signs no part without one, and none that is no SHA-256', async () => {
    const upload = await sender.create({ partChecksums: true });
    const sign = (...sums: [] | [string, string]): Promise<Answer> => sender.sign(upload.id, [1], sums.length === 0 ? undefined : sums);
    expect(await sign()).toMatchObject({ status: 400, body: { code: 'checksum-missing' } });
    expect(await sign('x', 'y')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('an upload of a client that knows nothing of checksums', () => {
  it('is taken as before, and needs no headers', async () => {
    const upload = await sender.create();
    expect(upload).toMatchObject({ partChecksums: false });
    expect((await sender.sign(upload.id, [1])).body.urls).toMatchObject([{ headers: {} }]);
    expect(await sender.sign(upload.id, [1], SUMS)).toMatchObject({ status: 400, body: { code: 'checksum-unexpected' } });
    const sent = sender.put(upload.id, 2, PARTS[1], { 'x-amz-checksum-sha256': SUMS[1] });
    expect(await sent).toMatchObject({ status: 400, body: { code: 'checksum-unexpected' } });
    const parts = await sender.send(upload.id);
    expect(await stored(upload.id)).toEqual(parts);
    expect(await sender.complete(upload.id, parts)).toMatchObject({ status: 200 });
  });
});
