import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { PauseRequest, type Health } from '@devplatform/contracts';
import type { Registry } from 'prom-client';
import type { Work } from './work.ts';

export interface ControlOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly token: string;
  readonly work: Work;
  readonly metrics: Registry;
  readonly health: () => Promise<Health>;
}

export interface Control {
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: object | string;
}

/** The control plane: liveness for everybody, the rest for whoever knows the token. Resolves when it listens; throws when the port is taken. */
export async function openControl(options: ControlOptions): Promise<Control> {
  const server = createServer((request, response) => {
    answer(options, request).then(
      ({ status, body }) => {
        send(response, status, body);
      },
      (error: unknown) => {
        send(response, 500, { code: 'internal', detail: error instanceof Error ? error.message : String(error) });
      },
    );
  });
  server.listen(options.port, options.host);
  await once(server, 'listening').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The control plane cannot listen on ${options.host}:${options.port}, no job was taken. Set INTERNAL_PORT to a free one. (${reason})`,
    );
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      server.closeIdleConnections();
      await once(server, 'close');
    },
  };
}

async function answer({ token, work, metrics, health }: ControlOptions, request: IncomingMessage): Promise<Answer> {
  const route = `${request.method ?? ''} ${request.url?.split('?')[0] ?? ''}`;
  if (route === 'GET /live') return { status: 200, body: { status: 'alive' } };
  if (!isBearer(request.headers.authorization, token)) return { status: 401, body: { code: 'unauthenticated' } };
  switch (route) {
    case 'GET /health': {
      const body = await health();
      return { status: body.status === 'healthy' ? 200 : 503, body };
    }
    case 'GET /metrics':
      return { status: 200, body: await metrics.metrics() };
    case 'GET /status':
      return { status: 200, body: work.status() };
    case 'POST /run':
      return { status: 200, body: work.run() };
    case 'POST /pause': {
      const order = PauseRequest.safeParse(await bodyOf(request));
      if (!order.success) return { status: 400, body: { code: 'invalid', detail: order.error.message } };
      return { status: 200, body: work.pause(order.data) };
    }
    case 'GET /set-aside':
      return { status: 200, body: await work.setAside() };
    default:
      return { status: 404, body: { code: 'not-found', detail: route } };
  }
}

/** Without a body, {}; null for one that is not JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers;
  return length === '0' && chunked === undefined ? {} : json(request).catch(() => null);
}

/** In constant time: hashes have one length and say nothing about the token. */
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

function send(response: ServerResponse, status: number, body: object | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain; version=0.0.4' : 'application/json' });
  response.end(text);
}
