import 'reflect-metadata';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Lifecycle } from '@devplatform/runtime/lifecycle';
import { ObjectStore } from '@devplatform/runtime/storage';
import type { Logger } from '@devplatform/runtime/telemetry';
import helmet from '@fastify/helmet';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Redis } from 'ioredis';
import { BackendModule } from './backend.module.ts';
import { Database } from './database/database.ts';
import { installRequestHooks } from './http/request-hooks.ts';
import { Requests } from './http/requests.ts';
import { createServer } from './http/server.ts';
import { UnusedConnections } from './http/unused-connections.ts';
import { ControlPlane } from './internal/control-plane.ts';
import { nestLogger } from './nest-logger.ts';
import { installDocs } from './openapi/docs.ts';
import { Queues } from './queues/queues.ts';
import { Drain } from './realtime/drain.ts';
import { Realtime } from './realtime/realtime.ts';
import { SocketAdapter } from './realtime/socket-adapter.ts';
import { Releases } from './releases/releases.ts';
import { TaskWatch } from './tasks/task-watch.ts';
import { REDIS } from './tokens.ts';
import { Upkeep } from './upkeep/upkeep.ts';

export interface Backend {
  readonly app: NestFastifyApplication;
  /** Where the public port listens. */
  readonly url: string;
  /** Where the control plane listens. */
  readonly internalUrl: string;
  readonly lifecycle: Lifecycle;
  /** Resolves where this release must not run on its database: the process is to end then. */
  readonly refused: Promise<Error>;
}

/** Starts one slot's backend; it listens whether PostgreSQL, Redis and the store answer or not. Throws where a port is taken. */
export async function startBackend(config: BackendConfig, logger: Logger): Promise<Backend> {
  const adapter = createServer(config, logger);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const options: NestApplicationOptions = { logger: nestLogger(logger), abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(BackendModule.of(config, logger), adapter, options);
  app.setGlobalPrefix('api/v1');
  app.useWebSocketAdapter(new SocketAdapter(app, config.SLOT));
  const server = adapter.getInstance();
  const [database, requests, releases, upkeep, drain] = [
    app.get(Database),
    app.get(Requests),
    app.get(Releases),
    app.get(Upkeep),
    app.get(Drain),
  ];
  const unused = new UnusedConnections(server.server);
  let leaving = false;
  installRequestHooks(server, requests, () => leaving || drain.draining);
  await app.register(helmet, { contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } } });
  installDocs(server, app);

  // Take nothing new, finish what came, then let go of what it needed. The bounds together are shorter than the 30 s that
  // Docker, Kubernetes and target local give between SIGTERM and SIGKILL.
  const lifecycle = new Lifecycle(logger)
    .add('accepting', 1000, () => {
      leaving = true;
      server.server.close();
      server.server.closeIdleConnections();
      app.get(TaskWatch).stop();
      return Promise.resolve();
    })
    .add('upkeep', 3000, () => Promise.all([releases.stop(), upkeep.stop()]))
    .add('requests', 12_000, async () => {
      await requests.none();
      unused.close();
    })
    .add('sockets', 5000, () => app.get(Realtime).stop())
    .add('queues', 3000, () => app.get(Queues).close())
    .add('control plane', 1000, () => app.get(ControlPlane).close())
    .add('pools', 3000, async () => {
      app.get(ObjectStore).close();
      app.get<Redis>(REDIS).disconnect();
      await database.close();
    });

  database.connect();
  releases.start();
  upkeep.start();
  const internalUrl = await app.get(ControlPlane).listen();
  await app.listen({ host: config.HOST, port: config.PORT });
  return { app, url: await app.getUrl(), internalUrl, lifecycle, refused: database.refused };
}
