import type { FastifyInstance } from 'fastify';
import type { Requests } from './requests.ts';

/** As proxies log it: the client went away before it had its answer. */
const CLIENT_CLOSED = 499;

/** Counts and times every request, logs those that fail, and asks clients to reconnect elsewhere while `leaving` says so. */
export function installRequestHooks(server: FastifyInstance, requests: Requests, leaving: () => boolean): void {
  server.addHook('onRequest', (request, reply, done) => {
    requests.begin();
    if (leaving()) reply.header('connection', 'close');
    // Fastify's onResponse does not come for a client that went away, and a slot that waits for zero would wait for ever.
    reply.raw.once('close', () => {
      const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_CLOSED;
      const route = request.routeOptions.url ?? 'none';
      const seconds = reply.elapsedTime / 1000;
      requests.end({ method: request.method, route, status }, seconds);
      request.log[status >= 500 ? 'warn' : 'debug']({ method: request.method, route, status, ms: Math.round(seconds * 1000) }, 'answered');
    });
    done();
  });
}
