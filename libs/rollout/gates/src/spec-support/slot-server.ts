import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SlotAddresses } from '@devplatform/contracts';
import { type ServiceProbe, systemClock } from '@devplatform/rollout-engine';
import type { SmokeContext } from '../smoke/smoke-test.ts';
import { SceneHub } from './scene-hub.ts';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
/** By method and path: `GET /api/v1/health`. */
type Routes = Readonly<Record<string, (request: IncomingMessage) => Answer>>;

export const HEALTHY = { status: 'healthy', version: '1.3.0', checks: { database: 'connected', redis: 'connected', storage: 'connected' } };
const TOKEN = 'internal-token-of-the-spec';
const JOB = { id: '00000000-0000-4000-8000-000000000001', error: null };

/** What a good release answers. */
const GOOD: Routes = {
  'GET /api/v1/health': () => ({ body: HEALTHY, headers: { 'x-api-version': '1.3.0', 'x-slot': 'green' } }),
  'GET /api/v1/live': () => ({}),
  'GET /api/v1/projects': () => ({ body: { items: [], next: null } }),
  'GET /': () => ({
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<script type="module" src="/assets/page-1.js"></script>',
  }),
  'GET /assets/page-1.js': () => ({}),
  'GET /live': () => ({}),
  'POST /smoke/jobs': () => ({ status: 202, body: { ...JOB, status: 'pending', release: null } }),
  [`GET /smoke/jobs/${JOB.id}`]: () => ({ body: { ...JOB, status: 'done', release: '1.3.0' } }),
};

/** A slot's private addresses over real HTTP and WebSockets; `routes` say what this release does differently. */
export class SlotServer implements AsyncDisposable {
  readonly addresses: SlotAddresses;
  readonly hub: SceneHub;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, hub: SceneHub) {
    this.#server = server;
    this.hub = hub;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.addresses = { backend: url, frontend: url, backendInternal: url, workerInternal: url, internalToken: TOKEN };
  }

  static async start(routes: Routes = {}): Promise<SlotServer> {
    const hub = new SceneHub();
    const known: Routes = { ...GOOD, ...hub.routes, ...routes };
    const server = createServer((request, response) => {
      const path = `${request.method ?? ''} ${request.url ?? ''}`;
      const internal = path.includes('/smoke/') && request.headers.authorization !== `Bearer ${TOKEN}`;
      const { status = 200, headers = {}, body = '' } = internal ? { status: 401 } : (known[path]?.(request) ?? { status: 404 });
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    server.on('upgrade', hub.upgrade);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SlotServer(server, hub);
  }

  /** For a smoke test of v1.3.0 in green. */
  context(boundMs = 10_000): SmokeContext {
    const signal = AbortSignal.timeout(boundMs);
    return { addresses: this.addresses, slot: 'green', version: '1.3.0', clock: systemClock, signal };
  }

  /** One sample of each service, taken from this server. */
  readonly probe = (): Promise<readonly ServiceProbe[]> =>
    Promise.all(
      (
        [
          ['backend', 'web'],
          ['frontend', 'static'],
          ['worker', 'worker'],
        ] as const
      ).map(async ([service, role]) => {
        const { status } = await fetch(`${this.addresses.backend}/${service === 'backend' ? 'api/v1/health' : 'live'}`);
        return { service, role, state: status === 200 ? ('healthy' as const) : ('unhealthy' as const), detail: `answered ${status}` };
      }),
    );

  async [Symbol.asyncDispose](): Promise<void> {
    this.hub.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
