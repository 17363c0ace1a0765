import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../backend.ts';
import { type Answer, ApiClient, eventually, TestBed } from '../test-bed.ts';

let bed: TestBed;
let blue: Backend;
let green: Backend;
let ada: ApiClient;

beforeAll(async () => {
  bed = await TestBed.open();
  [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  ada = await ApiClient.register(blue);
});
afterAll(() => bed.close());

const create = (slot: Backend, key: string, name: string): Promise<Answer> =>
  ada.on(slot).post('/projects', { name }, { 'idempotency-key': key });
const named = async (name: string): Promise<number> => (await bed.sql('SELECT FROM project WHERE name = $1', [name])).length;

describe('a mutation with an Idempotency-Key', () => {
  it('HTTP-1: is applied once over both slots, and its repetition gets the same answer', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const first = await create(blue, key, name);
    const again = await create(green, key, name);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(await named(name)).toBe(1);
  });

  it('HTTP-1: is applied once when it comes many times at once; who comes in between is told to wait', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const answers = await Promise.all([blue, green, blue, green, blue, green].map((slot) => create(slot, key, name)));
    expect(await named(name)).toBe(1);
    expect(answers.map(({ status }) => status)).toContain(201);
    for (const { status, headers, body } of answers.filter((answer) => answer.status !== 201)) {
      expect({ status, code: body.code, retry: headers.get('retry-after') }).toEqual({
        status: 409,
        code: 'request-in-progress',
        retry: '1',
      });
    }
    expect((await create(green, key, name)).status).toBe(201);
  });

  it('is refused when the key was used for another request, and the key belongs to its caller alone', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    await create(blue, key, name);
    expect(await create(green, key, `${name}!`)).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    const grace = await ApiClient.register(green, 'Grace');
    expect((await grace.post('/projects', { name }, { 'idempotency-key': key })).status).toBe(201);
    expect(await named(name)).toBe(2);
  });

  it('keeps no failure: what was refused may be sent again', async () => {
    const key = randomUUID();
    expect((await create(blue, key, '')).status).toBe(400);
    const name = randomUUID();
    expect((await create(blue, key, name)).status).toBe(201);
    expect(await named(name)).toBe(1);
  });

  it('replays answers without a body', async () => {
    const { body } = await ada.post('/projects', { name: 'short-lived' });
    const remove = (): Promise<Answer> => ada.delete(`/projects/${body.id}`, { 'idempotency-key': `delete-${body.id}` });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
  });

  it('takes over a key that a dead process left, but not one that may still be at work', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    await create(blue, key, name);
    await bed.sql('UPDATE idempotency_key SET status = NULL, body = NULL WHERE key = $1', [key]);
    expect((await create(green, key, name)).status).toBe(409);
    await bed.sql(`UPDATE idempotency_key SET at = now() - interval '61 s' WHERE key = $1`, [key]);
    expect((await create(green, key, name)).status).toBe(201);
  });

  it('applies nothing when its key was taken over in the meantime', async () => {
    const [key, name] = [randomUUID(), randomUUID()];
    const lock = await bed.hold('LOCK TABLE project IN SHARE MODE');
    const slow = create(blue, key, name);
    await eventually(
      async () => (await bed.sql('SELECT FROM idempotency_key WHERE key = $1', [key])).length === 1,
      'the key to be claimed',
    );
    await bed.sql(`UPDATE idempotency_key SET at = now() - interval '61 s' WHERE key = $1`, [key]);
    const second = create(green, key, name);
    await eventually(
      async () => (await bed.sql(`SELECT FROM idempotency_key WHERE key = $1 AND at > now() - interval '60 s'`, [key])).length === 1,
      'the key to be taken over',
    );
    await lock.release();
    expect([(await slow).status, (await second).status]).toEqual([409, 201]);
    expect(await named(name)).toBe(1);
  });

  it.each([
    ['spaces', 'a b'],
    ['more than 200 characters', 'x'.repeat(201)],
  ])('is refused with a key of %s', async (_what, key) => {
    expect(await create(blue, key, 'x')).toMatchObject({ status: 400, body: { code: 'invalid-idempotency-key' } });
  });
});
