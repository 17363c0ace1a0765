import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { MINIMUM_CLIENT, MINIMUM_CLIENT_HEADER, RELEASE, SLOT_HEADER, VERSION_HEADER } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import type { Logger } from '@devplatform/runtime/telemetry';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyServerOptions, LogController } from 'fastify';
import { sendProblem } from './problem.filter.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';

const BODY_LIMIT = 1024 * 1024;
/** Longer than any proxy's, so that it is never us who closes a connection on which a request is on its way. */
const KEEP_ALIVE_MS = 75_000;
/** Five minutes for a part of 8 MiB over a slow line. */
const REQUEST_MS = 300_000;
/** For a refusal to be read; a client that never closes would keep its request under way. */
const LINGER_MS = 1000;

/** Requests are logged once, when they are answered (request-hooks.ts). */
export const QUIET = new LogController({ disableRequestLogging: true });

/** The HTTP server of the public port: limits, request ids, the headers of every answer, and problems for what never reaches a route. */
export function createServer(config: BackendConfig, logger: Logger): FastifyAdapter {
  const identity = { [VERSION_HEADER]: RELEASE, [SLOT_HEADER]: config.SLOT, [MINIMUM_CLIENT_HEADER]: MINIMUM_CLIENT };
  const options: FastifyServerOptions = {
    loggerInstance: logger,
    logController: QUIET,
    bodyLimit: BODY_LIMIT,
    trustProxy: 'loopback',
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS,
    genReqId: ({ headers }) => givenId(headers['x-request-id']) ?? randomUUID(),
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply.headers(identity));
    },
    clientErrorHandler: (error, socket) => {
      refuse(socket, error, identity);
    },
  };
  const adapter = new FastifyAdapter(options);
  const server = adapter.getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers({ ...identity, 'x-request-id': request.id });
    done();
  });
  // A part of an upload runs through as a stream; its route checks the length before it reads.
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload);
  });
  return adapter;
}

/** Of a proxy in front; what does not look like an id is not taken into our logs. */
const givenId = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && /^[\w.-]{1,64}$/.test(header) ? header : undefined;

/** Node could not read the request at all, so there is neither request nor reply. */
function refuse(socket: Socket, error: Error & { code?: string }, identity: Readonly<Record<string, string>>): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, code, detail] = unreadable(error.code);
  const problem = new ProblemError(status, code, detail).toBody(randomUUID());
  const body = JSON.stringify(problem);
  const headers = { ...identity, 'content-type': PROBLEM_TYPE, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${problem.title}\r\n${head.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function unreadable(code: string | undefined): [status: number, code: string, detail: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'request-timeout', 'The request was not complete in time.'];
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'headers-too-large', 'The headers of the request are too large.'];
  return [400, 'malformed-request', 'This is not a well-formed HTTP request.'];
}
