import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import type { Backend } from '../backend.ts';
import { ApiClient, TestBed } from '../test-bed.ts';

let bed: TestBed;
let blue: Backend;
let green: Backend;
let nobody: ApiClient;

beforeAll(async () => {
  bed = await TestBed.open();
  [blue, green] = await Promise.all([bed.start('blue'), bed.start('green')]);
  nobody = new ApiClient(blue);
});
afterAll(() => bed.close());

const account = () => ({ email: `${randomUUID()}@Example.org`, name: 'Ada', password: 'correct horse battery' });

describe('signing in', () => {
  it('gives a token that both slots accept and renew', async () => {
    const { email, name, password } = account();
    expect((await nobody.post('/auth/register', { email, name, password })).status).toBe(201);
    const { body } = await nobody.post('/auth/sign-in', { email: email.toUpperCase(), password });
    const onGreen = new ApiClient(green, body.token);
    expect(await onGreen.get('/auth/me')).toMatchObject({ status: 200, body: { id: body.user.id, name: 'Ada' } });
    const renewed = await onGreen.post('/auth/renew');
    expect(await new ApiClient(blue, renewed.body.token).get('/auth/me')).toMatchObject({ status: 200, body: { id: body.user.id } });
    expect(Date.parse(renewed.body.expiresAt)).toBeGreaterThan(Date.now());
  });

  it('does not tell an unknown user from a wrong password, and keeps no password', async () => {
    const { email, name, password } = account();
    await nobody.post('/auth/register', { email, name, password });
    const wrong = await nobody.post('/auth/sign-in', { email, password: `${password}!` });
    const unknown = await nobody.post('/auth/sign-in', { email: `x${email}`, password });
    expect(wrong.status).toBe(401);
    expect({ ...unknown.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
    const [row] = await bed.sql<{ password_hash: string }>('SELECT password_hash FROM app_user WHERE email = $1', [email.toLowerCase()]);
    expect(row?.password_hash).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await nobody.post('/auth/register', { email, name, password })).toMatchObject({ status: 409, body: { code: 'email-taken' } });
  });

  it('is refused for a while after many failures from one address', async () => {
    const guess = (address: string) => nobody.post('/auth/sign-in', { email: 'a@b.co', password: 'guess' }, { 'x-forwarded-for': address });
    const guesses = await Promise.all(Array.from({ length: 24 }, () => guess('192.0.2.1')));
    const last = await guess('192.0.2.1');
    expect(guesses.map(({ status }) => status)).toContain(401);
    expect({ status: last.status, code: last.body.code, retry: Number(last.headers.get('retry-after')) > 0 }).toEqual({
      status: 429,
      code: 'too-many-attempts',
      retry: true,
    });
    expect((await guess('192.0.2.2')).status).toBe(401);
  });
});

describe('a token', () => {
  const sign = async (
    claims: object,
    { secret = 'devplatform-development-secret-not-for-production', alg = 'HS256', expires = '1h' } = {},
  ) =>
    new SignJWT({ name: 'Eve', sub: randomUUID(), iss: 'devplatform', ...claims })
      .setProtectedHeader({ alg })
      .setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret));

  it('of ours is accepted', async () => {
    expect((await new ApiClient(blue, await sign({})).get('/auth/me')).status).toBe(200);
  });

  it.each([
    ['signed with another secret', () => sign({}, { secret: 'x'.repeat(64) })],
    ['of another algorithm', () => sign({}, { alg: 'HS512' })],
    ['of another issuer', () => sign({ iss: 'elsewhere' })],
    ['that has expired', () => sign({}, { expires: '-1s' })],
    ['for nobody', () => sign({ sub: 'root' })],
    ['without a signature', () => Promise.resolve(`${btoa('{"alg":"none"}')}.${btoa('{"sub":"x","iss":"devplatform"}')}.`)],
  ])('%s is refused', async (_what, make) => {
    const answer = await new ApiClient(blue, await make()).get('/auth/me');
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-token' } });
    expect(answer.headers.get('www-authenticate')).toMatch('Bearer');
  });
});
