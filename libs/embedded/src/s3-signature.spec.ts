import { describe, expect, it } from '@jest/globals';
import { isSigned } from './s3-signature.ts';

/* The presigned GET of AWS's own documentation ("Authenticating Requests: Using Query Parameters"). */
const ACCOUNT = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const DAY = new Date('2013-05-24T12:00:00Z');
const QUERY =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
  '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host';
const SIGNATURE = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';

const request = (
  changes: { method?: string; path?: string; query?: string; signature?: string; host?: string } = {},
): Parameters<typeof isSigned>[0] => {
  const { method = 'GET', path = '/test.txt', query = QUERY, signature = SIGNATURE, host = 'examplebucket.s3.amazonaws.com' } = changes;
  return { method, url: `${path}?${query}&X-Amz-Signature=${signature}`, headers: { host } };
};

describe('isSigned', () => {
  it('accepts the example of the documentation', () => {
    expect(isSigned(request(), ACCOUNT, DAY)).toBe(true);
  });

  it.each([
    ['another method', request({ method: 'PUT' })],
    ['another object', request({ path: '/other.txt' })],
    ['another host', request({ host: 'elsewhere' })],
    ['another lifetime', request({ query: QUERY.replace('86400', '86401') })],
    ['another signature', request({ signature: SIGNATURE.replace('a', 'b') })],
    ['a signature that is none', request({ signature: 'x' })],
    ['no signature', { method: 'GET', url: '/test.txt', headers: {} }],
    ['a header that is none', { method: 'GET', url: '/', headers: { authorization: 'AWS4-HMAC-SHA256 x' } }],
  ])('refuses %s', (_what, changed) => {
    expect(isSigned(changed, ACCOUNT, DAY)).toBe(false);
  });

  it('refuses a header of S3 that is not signed', () => {
    const { headers, ...rest } = request();
    expect(isSigned({ ...rest, headers: { ...headers, 'x-amz-checksum-sha256': 'x' } }, ACCOUNT, DAY)).toBe(false);
  });

  it('refuses one that has expired, and another account', () => {
    expect(isSigned(request(), ACCOUNT, new Date('2013-05-25T00:00:01Z'))).toBe(false);
    expect(isSigned(request(), { ...ACCOUNT, secretKey: 'x' }, DAY)).toBe(false);
  });
});
