import type { FastifyInstance } from 'fastify';
import type { Requests } from './requests.ts';

/** As proxies log it: the client went away before it had its answer. */
const CLIENT_CLOSED = 499;

/** Counts and times every request, logs those that fail, and asks clients to reconnect elsewhere while `leaving` says so. */
export function installRequestHooks(server: FastifyInstance, requests: Requests, leaving: () => boolean): void {
  server.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const underWay = requests.begin({ id: request.id, method: request.method, route, headers: request.headers });
    // Fastify's onResponse does not come for a client that went away, and a slot that waits for zero would wait for ever.
    reply.raw.once('close', () => {
      const answered = reply.raw.writableFinished;
      const status = answered ? reply.statusCode : CLIENT_CLOSED;
      const seconds = reply.elapsedTime / 1000;
      requests.end(underWay, status, seconds, answered);
      request.log[status >= 500 ? 'warn' : 'debug']({ method: request.method, route, status, ms: Math.round(seconds * 1000) }, 'answered');
    });
    done();
  });
  // When it is answered, not when it came: what was under way as the slot began to leave is told so too.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (leaving()) reply.header('connection', 'close');
    done(null, payload);
  });
}
