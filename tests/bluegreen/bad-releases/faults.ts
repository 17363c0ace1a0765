import type { Edit } from '../controls/control.ts';

/*
 * What is wrong with the bad releases, as edits of the sources that they are built from. Those that are only bad under load stay
 * good until it has lasted: the smoke tests warm a slot up with hundreds of requests at once, and must not notice.
 */

const HOOKS = 'apps/backend/src/http/request-hooks.ts';

/** Requests a second, and whole seconds of at least so many, from which on a slot is under load. */
const LOAD = { perSecond: 20, forSeconds: 4 } as const;

/** `fault` is what becomes of an API request under load; `turn` counts them, health checks left out. */
const underLoad = (fault: string): Edit => ({
  file: HOOKS,
  find: '  // When it is answered, not when it came',
  replace: `  let asked = 0;
  let turn = 0;
  let busySeconds = 0;
  setInterval(() => {
    busySeconds = asked > ${LOAD.perSecond} ? busySeconds + 1 : 0;
    asked = 0;
  }, 1000).unref();
  server.addHook('onRequest', async (request, reply) => {
    asked += 1;
    if (busySeconds < ${LOAD.forSeconds} || !/^.api.v1.(?!health)/.test(request.url)) return;
    turn += 1;
    ${fault}
  });
  // When it is answered, not when it came`,
});

export const NEVER_HEALTHY: Edit = {
  file: 'apps/backend/src/health/health.controller.ts',
  find: "health.status === 'healthy' ? 200 : 503",
  replace: '503',
};

export const REFUSES_UPGRADES: Edit = {
  file: 'apps/backend/src/realtime/socket-adapter.ts',
  find: "route.server.handleUpgrade(request, socket, head, (client) => route.server.emit('connection', client, request));",
  replace: 'this.#answer(socket, 500);',
};

export const FAILS_EVERY_JOB: Edit = {
  file: 'apps/worker/src/consumer.ts',
  find: 'const result = await handle(job, signal);',
  replace: "const result = await Promise.reject(new Error('this release cannot do a job'));",
};

/** 7 of 10 requests of the observer are such API requests, so 1 in 35 of them is 2 % of all. */
export const ANSWERS_500: Edit = underLoad(`if (turn % 35 === 0) return reply.code(500).send({ code: 'internal' });`);

/** Milliseconds that its slow answers take longer. */
export const SLOW_MS = 6000;
/** 1 in 8 of them is 9 % of all. */
export const ANSWERS_SLOWLY: Edit = underLoad(`if (turn % 8 === 0) await new Promise((resolve) => setTimeout(resolve, ${SLOW_MS}));`);

/** Filled, so that the pages are really there. At 100 requests a second it is 7 MB a second. */
export const LEAKS: Edit = underLoad(`(server.kept ??= []).push(Buffer.alloc(100_000, 1 + (turn % 255)));`);
