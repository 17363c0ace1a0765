import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { Socket, type AddressInfo } from 'node:net';
import type { Slot } from '@devplatform/contracts';
import { ProxyServer } from 'httpxy';
import { answerProblem } from './problem.ts';
import type { RoutingTable } from './routing-table.ts';
import { Exchange, SocketPassage, Traffic } from './traffic.ts';

interface Route {
  readonly target: URL;
  readonly traffic: Traffic;
  readonly isApi: boolean;
}

export interface ObjectStore {
  readonly endpoint: string;
  readonly bucket: string;
}

/** Idle upstream connections end before the upstream's own 75 s, so that no request meets a connection that is just being closed. */
const KEEP_UPSTREAM = { keepAlive: true, timeout: 60_000 };
/** Idle client connections; longer than the pools of common clients. */
const KEEP_CLIENT_MS = 75_000;
const HEADERS_MS = 15_000;
const UPGRADE_MS = 10_000;
const SANE_REQUEST_ID = /^[\w.:-]{1,128}$/;

/**
 * The public origin: `/api` and `/ws` go to the active backend, `/<bucket>` to the object store with its Host header kept
 * (presigned signatures cover it), everything else to the active frontend. A switch of the table moves new requests only;
 * what is under way stays with its upstream until it ends.
 */
export class FrontDoor {
  readonly traffic: Readonly<Record<Slot | 'store', Traffic>> = { blue: new Traffic(), green: new Traffic(), store: new Traffic() };
  readonly #table: RoutingTable;
  readonly #store: URL;
  readonly #bucketPath: string;
  readonly #proxy = new ProxyServer();
  readonly #agents = { 'http:': new http.Agent(KEEP_UPSTREAM), 'https:': new https.Agent(KEEP_UPSTREAM) };
  readonly #server: http.Server;
  readonly #exchanges = new WeakMap<http.ServerResponse, Exchange>();
  readonly #sockets = new Map<Socket, SocketPassage>();
  #closing = false;

  constructor(table: RoutingTable, store: ObjectStore) {
    this.#table = table;
    this.#store = new URL(store.endpoint);
    this.#bucketPath = `/${store.bucket}`;
    this.#server = http.createServer(
      {
        headersTimeout: HEADERS_MS,
        requestTimeout: 0,
        keepAliveTimeout: KEEP_CLIENT_MS,
        shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
      },
      (request, response) => {
        this.#forward(request, response);
      },
    );
    this.#server.on('upgrade', (request, socket, head) => {
      if (socket instanceof Socket) this.#upgrade(request, socket, head);
    });
    this.#proxy.on('proxyRes', (answer, _request, response) => {
      const { headers } = answer;
      if (response instanceof http.ServerResponse) this.#exchanges.get(response)?.answered(answer);
      // They belong to the connection behind the front door: a draining slot's "close" must not end the client's.
      delete headers.connection;
      delete headers['keep-alive'];
      if (this.#closing) headers.connection = 'close';
    });
    this.#proxy.on('proxyReqWs', (upstreamRequest, _request, socket) => {
      const passage = this.#sockets.get(socket);
      upstreamRequest.once('response', ({ statusCode = 502 }) => {
        passage?.refused(statusCode);
      });
      upstreamRequest.once('upgrade', (_response, upstream) => {
        passage?.opened();
        join(socket, upstream);
      });
    });
    this.#proxy.on('error', (error, _request, to) => {
      if (to === undefined) return;
      const passage = to instanceof http.ServerResponse ? undefined : this.#sockets.get(to);
      passage?.failed();
      if (to instanceof http.ServerResponse ? to.headersSent : passage?.state === 'open') to.destroy();
      else
        answerProblem(to, {
          status: 502,
          code: 'slot-unreachable',
          detail: `The service behind the front door did not answer: ${error.message}`,
        });
    });
  }

  /** Loopback only. Returns the port. */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Running requests get their answers for at most `graceMs`; upgraded sockets end at once, their clients come again. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets.keys()) socket.destroy();
    const bound = setTimeout(() => {
      this.#server.closeAllConnections();
    }, graceMs);
    await closed;
    clearTimeout(bound);
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const route = this.#route(request.url ?? '/');
    if (route === null) {
      answerNothingActive(response);
      return;
    }
    const { target, traffic, isApi } = route;
    this.#exchanges.set(response, new Exchange(traffic, request, response, isApi));
    const agent = this.#agents[target.protocol === 'https:' ? 'https:' : 'http:'];
    const headers = { ...forwardedHeaders(request), connection: 'keep-alive' };
    this.#proxy.web(request, response, { target, agent, headers }).catch(() => undefined);
  }

  #upgrade(request: http.IncomingMessage, socket: Socket, head: Buffer): void {
    const route = this.#route(request.url ?? '/');
    socket.on('error', () => undefined);
    if (route === null) {
      answerNothingActive(socket);
      return;
    }
    const { target, traffic } = route;
    const passage = new SocketPassage(traffic, socket);
    this.#sockets.set(socket, passage);
    // Nobody reads it yet, so a client that goes away leaves a half of its connection open.
    socket.once('end', () => {
      if (passage.state === 'upgrading') socket.destroy();
    });
    socket.once('close', () => {
      this.#sockets.delete(socket);
    });
    const options = { target, headers: forwardedHeaders(request), upgradeTimeout: UPGRADE_MS };
    this.#proxy.ws(request, socket, options, head).catch(() => undefined);
  }

  #route(url: string): Route | null {
    if (isUnder(url, this.#bucketPath)) return { target: this.#store, traffic: this.traffic.store, isApi: false };
    const { active, routes } = this.#table.record;
    if (active === null || routes === null) return null;
    const isApi = isUnder(url, '/api');
    const target = new URL(isApi || isUnder(url, '/ws') ? routes.backend : routes.frontend);
    return { target, traffic: this.traffic[active], isApi };
  }
}

/** httpxy ends a half only; an upstream that crashed would leave the client's half open for ever. */
function join(socket: Socket, upstream: Socket): void {
  socket.once('close', () => {
    upstream.destroySoon();
  });
  upstream.once('close', () => {
    socket.destroySoon();
  });
}

function isUnder(url: string, path: string): boolean {
  return url.startsWith(path) && (url.length === path.length || url[path.length] === '/' || url[path.length] === '?');
}

/** Set, not appended: nothing that a client says of itself is believed behind the front door. */
function forwardedHeaders({ headers, socket }: http.IncomingMessage): Record<string, string> {
  const id = headers['x-request-id'];
  return {
    'x-forwarded-for': socket.remoteAddress ?? '',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': headers.host ?? '',
    'x-request-id': typeof id === 'string' && SANE_REQUEST_ID.test(id) ? id : randomUUID(),
  };
}

function answerNothingActive(to: http.ServerResponse | Socket): void {
  const detail = 'No release is deployed here yet, or a deployment has just begun.';
  answerProblem(to, { status: 503, code: 'no-active-slot', detail, headers: { 'retry-after': '1' } });
}
