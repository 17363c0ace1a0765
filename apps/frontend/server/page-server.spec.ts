import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { MINIMUM_CLIENT, RELEASE } from '@devplatform/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPageServer } from './page-server.ts';

const SHELL = '<!doctype html><div id="root"></div>';

describe('page server', () => {
  const home = mkdtempSync(join(tmpdir(), 'page-'));
  const publicDir = join(home, 'public');
  const assetDepot = join(home, 'depot');
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    mkdirSync(join(publicDir, 'assets'), { recursive: true });
    mkdirSync(assetDepot);
    writeFileSync(join(home, 'secret.txt'), 'secret');
    writeFileSync(join(publicDir, 'index.html'), SHELL);
    writeFileSync(join(publicDir, 'favicon.svg'), '<svg/>');
    writeFileSync(join(publicDir, 'assets/app-1.js'), 'own');
    writeFileSync(join(publicDir, 'assets/app-1.js.gz'), gzipSync('own'));
    writeFileSync(join(assetDepot, 'app-0.js'), 'earlier release');
    server = createPageServer({ publicDir, assetDepot, slot: 'green' }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    rmSync(home, { recursive: true });
  });

  /** A request line as it is written, which fetch would tidy up. */
  async function raw(path: string): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return text(socket);
  }

  it.each(['/', '/sign-in', '/projects/00000000-0000-4000-8000-000000000001'])('answers %s with the page, never cached', async (path) => {
    const answer = await fetch(origin + path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await answer.text()).toBe(SHELL);
  });

  it.each(['/', '/assets/app-1.js', '/assets/nothing.js', '/live'])('says release and slot, and protects the page, on %s', async (path) => {
    const { headers } = await fetch(origin + path);
    expect(headers.get('x-api-version')).toBe(RELEASE);
    expect(headers.get('x-slot')).toBe('green');
    expect(headers.get('x-minimum-client')).toBe(MINIMUM_CLIENT);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*'wasm-unsafe-eval'.*frame-ancestors 'none'/);
  });

  it.each([
    ['its own', '/assets/app-1.js', 'own'],
    ["an earlier release's", '/assets/app-0.js?import', 'earlier release'],
  ])('WEB-1: serves %s assets for ever', async (_whose, path, body) => {
    const answer = await fetch(origin + path);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toBe('text/javascript');
    expect(await answer.text()).toBe(body);
  });

  it('serves the compressed file to whoever accepts it', async () => {
    const answer = await fetch(`${origin}/assets/app-1.js`, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    expect(await answer.text()).toBe('own');
  });

  it.each(['/assets/app-9.js', '/assets/', '/robots.txt', '/api/v1/health', '/ws/test', '/devplatform/x'])(
    'answers 404 and not the page for %s',
    async (path) => {
      const answer = await fetch(origin + path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await answer.text()).not.toContain('<');
    },
  );

  it.each([
    '/assets/../../secret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/../secret.txt',
    `/assets/${encodeURIComponent('../../secret.txt')}`,
    '/%00.js',
  ])('lets nobody out of its folders by %s', async (path) => {
    const answer = await raw(path);
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
    expect(answer).not.toContain('secret');
  });

  it('serves other files of the release', async () => {
    const answer = await fetch(`${origin}/favicon.svg`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  });

  it('survives a range that ends before it begins', async () => {
    const answer = await fetch(`${origin}/assets/app-1.js`, { headers: { range: 'bytes=5-2' } });
    expect([answer.status, await answer.text()]).toEqual([200, 'own']);
  });

  it('falls back to the depot when a file of its own has vanished', async () => {
    writeFileSync(join(publicDir, 'assets/late-1.js'), 'own');
    writeFileSync(join(assetDepot, 'late-1.js'), 'kept');
    expect(await (await fetch(`${origin}/assets/late-1.js`)).text()).toBe('own');
    unlinkSync(join(publicDir, 'assets/late-1.js'));
    expect(await (await fetch(`${origin}/assets/late-1.js`)).text()).toBe('kept');
  });

  it('is alive, and takes nothing but GET and HEAD', async () => {
    expect(await (await fetch(`${origin}/live`)).json()).toEqual({ status: 'alive' });
    expect((await fetch(origin, { method: 'POST', body: 'x' })).status).toBe(405);
    const head = await fetch(origin, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});
