import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PutPart } from './put-part.ts';
import { transferParts, type Transfer } from './transfer-parts.ts';

const put: PutPart = async ({ url, headers }, body, _onProgress, signal) => {
  const answer = await fetch(url, { method: 'PUT', body, headers, signal });
  return { status: answer.status, etag: answer.headers.get('etag') };
};

describe('transferParts', () => {
  const file = new Blob([randomBytes(95)]);
  let server: Server;
  let stored: Map<number, Buffer>;
  let signed: number[][];
  /** What the store does instead of keeping a part, by URL; each once. */
  let faults: Map<string, 'refuse' | 'break' | 'expire'>;
  let most = 0;
  let headers: Set<unknown>;

  beforeEach(async () => {
    stored = new Map();
    signed = [];
    faults = new Map();
    headers = new Set();
    let open = 0;
    server = createServer((request, response) => {
      void (async () => {
        most = Math.max(most, (open += 1));
        const path = request.url ?? '';
        headers.add(request.headers['x-part']);
        const fault = faults.get(path);
        faults.delete(path);
        const body = await buffer(request);
        open -= 1;
        if (fault === 'break') return request.socket.destroy();
        if (fault !== undefined) return response.writeHead(fault === 'expire' ? 403 : 503).end();
        const part = Number(path.split('/')[1]);
        stored.set(part, body);
        return response.writeHead(200, { etag: `"${part}"` }).end();
      })();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const transfer = (change: Partial<Transfer> = {}): Transfer => ({
    file,
    partSize: 10,
    stored: [],
    sign: (parts) => {
      signed.push([...parts]);
      const { port } = server.address() as AddressInfo;
      return Promise.resolve(
        new Map(
          parts.map((part) => [part, { url: `http://127.0.0.1:${port}/${part}/${signed.length}`, headers: { 'x-part': String(part) } }]),
        ),
      );
    },
    put,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    random: () => 0,
    ...change,
  });
  const whole = (): Buffer => Buffer.concat([...stored].sort(([a], [b]) => a - b).map(([, bytes]) => bytes));

  it('stores the whole file, at most four parts at a time, and says how far it is', async () => {
    const progress: number[] = [];
    const parts = await transferParts(transfer({ onProgress: (bytes) => progress.push(bytes) }));
    expect(parts.map(({ part, etag }) => [part, etag])).toEqual(parts.map((_, index) => [index + 1, `"${index + 1}"`]));
    expect(whole().equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
    expect(most).toBeLessThanOrEqual(4);
    expect(progress.at(-1)).toBe(file.size);
  });

  it('sends only what the store lacks, and counts what it has', async () => {
    const progress: number[] = [];
    const had = [1, 2, 10].map((part) => ({ part, etag: `had ${part}` }));
    const parts = await transferParts(transfer({ stored: had, onProgress: (bytes) => progress.push(bytes) }));
    expect([...stored.keys()].sort()).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(signed).toEqual([[3, 4, 5, 6, 7, 8, 9]]);
    expect(parts.map(({ etag }) => etag)).toEqual(['had 1', 'had 2', ...[3, 4, 5, 6, 7, 8, 9].map((part) => `"${part}"`), 'had 10']);
    expect([Math.min(...progress) >= 25, progress.at(-1)]).toEqual([true, file.size]);
  });

  it('sends nothing where nothing is missing', async () => {
    await transferParts(transfer({ stored: Array.from({ length: 10 }, (_, index) => ({ part: index + 1, etag: 'had' })) }));
    expect([stored.size, signed]).toEqual([0, []]);
  });

  it('sends the headers that are signed', async () => {
    await transferParts(transfer());
    expect(headers).toEqual(new Set(Array.from({ length: 10 }, (_, index) => String(index + 1))));
  });

  it.each(['refuse', 'break', 'expire'] as const)('sends a part again after a "%s", newly signed', async (fault) => {
    faults.set('/3/1', fault);
    await transferParts(transfer());
    expect(signed.slice(1)).toEqual([[3]]);
    expect(whole().equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
  });

  it('gives up with a reason when a part can never be stored', async () => {
    const never: PutPart = () => Promise.resolve({ status: 507, etag: null });
    await expect(transferParts(transfer({ put: never }))).rejects.toThrow(/after 8 tries: it answered 507.*try again/);
  });

  it('stops when it is cancelled', async () => {
    const aborter = new AbortController();
    const hang: PutPart = (_url, _body, _onProgress, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        aborter.abort(new Error('cancelled'));
      });
    await expect(transferParts(transfer({ put: hang, signal: aborter.signal }))).rejects.toThrow('cancelled');
  });
});
