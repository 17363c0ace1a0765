import { DrainRequest, OpenLedger } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { sendProblem } from '../http/problem.filter.ts';
import { ProblemError } from '../http/problem.ts';
import { QUIET } from '../http/server.ts';
import { Handovers } from '../ledger/handovers.ts';
import { Drain } from '../realtime/drain.ts';
import { SceneStates } from '../realtime/scene-states.ts';
import { unknownScene } from '../scenes/scenes.ts';
import { CONFIG, LOGGER } from '../tokens.ts';
import { carriesToken } from './bearer-token.ts';
import { SmokeJobs } from './smoke-jobs.ts';
import { SmokeWorkspaces } from './smoke-workspaces.ts';

const Id = z.object({ id: z.uuid() });
const HandoverId = z.object({ id: z.uuid().or(z.literal('latest')) });

/** What deploys and watches this slot: on a port of its own, with INTERNAL_TOKEN on every call (contracts/internal.ts). */
@Injectable()
export class ControlPlane {
  readonly #server: FastifyInstance;
  readonly #config: BackendConfig;

  constructor(
    @Inject(CONFIG) config: BackendConfig,
    @Inject(LOGGER) logger: Logger,
    @Inject(Registry) metrics: Registry,
    @Inject(SmokeWorkspaces) workspaces: SmokeWorkspaces,
    @Inject(SmokeJobs) jobs: SmokeJobs,
    @Inject(Drain) drain: Drain,
    @Inject(SceneStates) states: SceneStates,
    @Inject(Handovers) handovers: Handovers,
  ) {
    this.#config = config;
    const loggerInstance: FastifyBaseLogger = logger;
    this.#server = fastify({ loggerInstance, logController: QUIET });
    this.#server.setErrorHandler(sendProblem);
    this.#server.setNotFoundHandler(() => {
      throw new ProblemError(404, 'unknown-route', 'There is nothing under this method and path.');
    });
    this.#server.addHook('onRequest', (request, _reply, done) => {
      const known = carriesToken(request.headers.authorization, config.INTERNAL_TOKEN);
      done(known ? undefined : new ProblemError(401, 'unauthenticated', 'The control plane needs the bearer token INTERNAL_TOKEN.'));
    });
    this.#server.get('/live', () => ({ status: 'alive' }));
    this.#server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
    this.#server.get('/drain', () => drain.status());
    this.#server.post('/drain', (request) => drain.begin(parse(DrainRequest, request.body)));
    this.#server.delete('/drain', () => {
      handovers.cancel();
      return drain.cancel();
    });
    this.#server.post('/handover', (request) => handovers.open(parse(OpenLedger, request.body)));
    this.#server.get('/handovers/:id', (request) => handovers.read(parse(HandoverId, request.params).id));
    this.#server.get('/scenes/:id/state', async (request) => {
      const state = await states.read(parse(Id, request.params).id);
      if (state === null) throw unknownScene();
      return state;
    });
    this.#server.post('/smoke/workspace', (_request, reply) => workspaces.create().then((made) => reply.code(201).send(made)));
    this.#server.delete('/smoke/workspace', (_request, reply) => workspaces.removeAll().then(() => reply.code(204).send()));
    this.#server.post('/smoke/jobs', (_request, reply) => jobs.start().then((job) => reply.code(202).send(job)));
    this.#server.get('/smoke/jobs/:id', (request) => jobs.find(parse(Id, request.params).id));
  }

  /** Resolves to the address that it listens on. */
  listen(): Promise<string> {
    return this.#server.listen({ host: this.#config.HOST, port: this.#config.INTERNAL_PORT });
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new ProblemError(400, 'invalid-request', 'The request does not fit the contract; see errors. Nothing was changed.', { errors });
}
