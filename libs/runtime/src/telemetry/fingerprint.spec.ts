import { describe, expect, it } from '@jest/globals';
import { fingerprint } from './fingerprint.ts';

describe('fingerprint', () => {
  it.each([
    ['task 5f0c2a1e-8f5b-4d0a-9c3e-0d5b8f1a2c3d failed', 'task * failed'],
    ['task 5f0c2a1e8f5b4d0a and 0x1f failed', 'task * and * failed'],
    ['took 1203.5 ms of 30', 'took # ms of #'],
    ['duplicate key value violates "user_email_key" for \'ada\'', 'duplicate key value violates * for *'],
    ["it doesn't fit, it won't", "it doesn't fit, it won't"],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED *'],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED *'],
    ['GET http://10.0.0.7:9000/bucket/key?X-Amz-Signature=abc failed', 'GET * failed'],
    ['mail to ada@example.org bounced', 'mail to * bounced'],
    ['session V1StGXR8Z5jdHi6BmyTq expired', 'session * expired'],
    ['a facade at 12:30:05 \n in two  lines', 'a facade at * in two lines'],
  ])('names %j as %j', (message, name) => {
    expect(fingerprint(message)).toBe(name);
  });

  it('leaves words apart that say something else', () => {
    expect(fingerprint('cannot read the scene')).not.toBe(fingerprint('cannot read the project'));
  });

  it('is short, and takes no time that grows with what somebody put into a message', () => {
    expect(fingerprint('word '.repeat(100_000))).toHaveLength(200);
    for (const piece of ['"', "'", 'a@', '::', 'a.', '1.', 'http:']) expect(fingerprint(piece.repeat(50_000)).length).toBeLessThan(201);
  });
});
