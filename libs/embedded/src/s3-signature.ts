import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

type SignedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

export interface Account {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What a request says of its signature, in the Authorization header or, presigned, in the query. */
interface Claimed {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly payload: string;
}

const HEADER_LIFETIME_S = 900;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Whether the request carries a live AWS Signature Version 4 of the account; s3rver itself verifies none. */
export function isSigned(request: SignedRequest, account: Account, now: Date = new Date()): boolean {
  const url = new URL(request.url ?? '/', 'http://store');
  const claimed = fromQuery(url.searchParams) ?? fromHeaders(request);
  if (claimed === null || !isLive(claimed, now)) return false;
  const [accessKey, day = '', region = '', service = '', end = ''] = claimed.credential.split('/');
  if (accessKey !== account.accessKey || !claimed.date.startsWith(day)) return false;
  const signed = claimed.signedHeaders.split(';');
  // A header that nobody signed could say anything: S3 wants all of its own to be signed.
  if (Object.keys(request.headers).some((name) => name.startsWith('x-amz-') && !signed.includes(name))) return false;
  const headers = signed.map(
    (name) =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  const canonical = [request.method, url.pathname, canonicalQuery(url), headers.join(''), claimed.signedHeaders, claimed.payload].join(
    '\n',
  );
  const toSign = ['AWS4-HMAC-SHA256', claimed.date, [day, region, service, end].join('/'), hash(canonical)].join('\n');
  const key = [day, region, service, end].reduce<string | Buffer>(hmac, `AWS4${account.secretKey}`);
  const expected = hmac(key, toSign);
  const given = Buffer.from(claimed.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function fromQuery(query: URLSearchParams): Claimed | null {
  const value = (name: string): string => query.get(`X-Amz-${name}`) ?? '';
  if (value('Signature') === '') return null;
  return {
    credential: value('Credential'),
    signedHeaders: value('SignedHeaders'),
    signature: value('Signature'),
    date: value('Date'),
    lifetime: Number(value('Expires')),
    payload: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  };
}

function fromHeaders({ headers }: SignedRequest): Claimed | null {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? '',
  );
  if (match === null) return null;
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const [date, payload] = [String(headers['x-amz-date'] ?? ''), String(headers['x-amz-content-sha256'] ?? '')];
  return { credential, signedHeaders, signature, date, lifetime: HEADER_LIFETIME_S, payload };
}

/** Fifteen minutes for clocks that disagree. */
function isLive({ date, lifetime }: Claimed, now: Date): boolean {
  const signed = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const age = (now.getTime() - signed) / 1000;
  return age > -HEADER_LIFETIME_S && age <= lifetime;
}

function canonicalQuery({ searchParams }: URL): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}
