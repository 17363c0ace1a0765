import { createDataSource } from '@devplatform/runtime/database';
import type { BackendConfig } from '@devplatform/runtime/config';
import { connectRedis } from '@devplatform/runtime/queue';
import { ObjectStore } from '@devplatform/runtime/storage';
import { createMetrics, type Logger } from '@devplatform/runtime/telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { Database } from './database/database.ts';
import { entities } from './database/entities.ts';
import { IdempotencyKeys } from './http/idempotency-keys.ts';
import { Requests } from './http/requests.ts';
import { HttpInFlight } from './realtime/ports.ts';
import { CONFIG, LOGGER, REDIS } from './tokens.ts';

/** What there is once in the process and every room may ask for. Nothing here waits for a part that is away. */
@Module({})
export class ProcessModule {
  static of(config: BackendConfig, logger: Logger): DynamicModule {
    const source = createDataSource({
      url: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL,
      applicationName: `devplatform-backend-${config.SLOT}`,
      entities,
      onPoolError: (error) => {
        logger.warn({ err: error }, 'a database connection broke');
      },
    });
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: DataSource, useValue: source },
      { provide: REDIS, useFactory: () => connectRedis(config.REDIS_URL, 'hint', logger) },
      { provide: ObjectStore, useFactory: () => new ObjectStore(config) },
      { provide: Registry, useFactory: () => createMetrics(config.SLOT, logger) },
      { provide: HttpInFlight, useExisting: Requests },
      Database,
      IdempotencyKeys,
      Requests,
    ];
    return { module: ProcessModule, global: true, providers, exports: providers };
  }
}
