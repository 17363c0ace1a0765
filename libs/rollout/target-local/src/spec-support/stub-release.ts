import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Release } from '@devplatform/rollout-engine';

const SERVER = `
const { createServer } = require('node:http');
const { SLOT, HOST, INTERNAL_TOKEN } = process.env;
function serve(port, answer) {
  createServer({ keepAliveTimeout: 75000 }, (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      const [status, body] = answer(request, Buffer.concat(chunks).toString());
      response.setHeader('x-slot', SLOT).setHeader('content-type', 'application/json');
      response.writeHead(status).end(JSON.stringify(body));
    });
  }).listen(Number(port), HOST);
}
const control = (port, routes) =>
  serve(port, (request, body) => {
    if (request.headers.authorization !== 'Bearer ' + INTERNAL_TOKEN) return [401, {}];
    return (routes[request.method + ' ' + request.url] ?? (() => [404, {}]))(body);
  });
process.on('SIGTERM', () => process.exit(0));
`;

const BACKEND = `${SERVER}
let handover = null;
let ledger = null;
const COUNTED = { socket: 3, request: 1, upload: 0, job: 0, page: 0 };
const health = { status: 'healthy', version: VERSION, checks: { database: 'connected', redis: 'connected', storage: 'connected' } };
const status = () => ({ slot: SLOT, draining: handover !== null, handoverId: handover, sockets: 3, notYetHinted: 0, httpInFlight: 1, appendQueue: 0, forced: 0 });
serve(process.env.PORT, ({ url }) => (url === '/api/v1/health' ? [200, health] : [200, process.env]));
control(process.env.INTERNAL_PORT, {
  'GET /drain': () => [200, status()],
  'POST /drain': (body) => { handover = JSON.parse(body).handoverId; return [200, status()]; },
  'POST /handover': (body) => { ledger = JSON.parse(body); return [200, COUNTED]; },
  'GET /handovers/latest': () => (ledger === null ? [404, {}] : [200, { ...ledger, from: SLOT, at: '2026-01-01T00:00:00Z', counted: COUNTED, rows: [] }]),
  'DELETE /drain': () => { handover = null; return [200, status()]; },
});
`;

const WORKER = `${SERVER}
let state = process.env.WORKER_START;
control(process.env.INTERNAL_PORT, {
  'GET /health': () => [200, { state }],
  'GET /status': () => [200, { slot: SLOT, release: VERSION, state, active: 2, contracts: [1] }],
  'POST /run': () => { state = 'running'; return [200, {}]; },
  'POST /pause': () => { state = 'paused'; return [200, {}]; },
});
`;

const FRONTEND = `${SERVER}
serve(process.env.PORT, () => [200, process.env]);
`;

const MIGRATE = `
console.log(JSON.stringify({ applied: 'CreateAnnotation1' }));
`;

/** File of a release → what is in it; null leaves it out. */
export type StubRelease = Readonly<Record<string, string | null>>;

/** A release as scripts/build.mts lays it out: small servers that speak the paths that a target needs. */
export function writeRelease(releasesDir: string, tag: string, files: StubRelease = {}): Release {
  const version = tag.slice(1);
  const release: Release = {
    ...{ tag, version, commit: 'none', digest: `sha256:${'0'.repeat(64)}` },
    ...{ contracts: [1], protocol: [1, 1], migrations: ['CreateAnnotation1'] },
  };
  const all: StubRelease = {
    'backend/main.js': BACKEND,
    'backend/migrate.js': MIGRATE,
    'worker/main.js': WORKER,
    'frontend/server.js': FRONTEND,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    if (text === null) continue;
    mkdirSync(join(releasesDir, tag, file, '..'), { recursive: true });
    writeFileSync(join(releasesDir, tag, file), `const VERSION = ${JSON.stringify(version)};\n${text}`);
  }
  writeFileSync(join(releasesDir, tag, 'release.json'), JSON.stringify(release));
  return release;
}
