import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
const COST = { N: 16_384, r: 8, p: 1 } as const;
const KEY_BYTES = 32;

/** A user who cannot sign in; no password gives this. */
export const NO_PASSWORD = '!';

/** `scrypt$N$r$p$salt$key`, so that the cost can rise while older hashes still verify. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, KEY_BYTES, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Takes the same time for a wrong password, an unknown user (`hash` undefined) and one who cannot sign in. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [scheme, N, r, p, salt = '', key = ''] = (hash ?? NO_PASSWORD).split('$');
  const known = scheme === 'scrypt';
  const expected = known ? Buffer.from(key, 'base64url') : Buffer.alloc(KEY_BYTES);
  const options = known ? { N: Number(N), r: Number(r), p: Number(p) } : COST;
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, options);
  return timingSafeEqual(actual, expected) && known;
}
