import type { Slot } from '@devplatform/contracts';
import type { Parts } from '@devplatform/embedded';
import { FaultProxy } from './fault-proxy.ts';

/** Where a network can be made to fail; clients always come by a proxy. */
export const FAULT_PLACES = ['postgres', 'redis', 's3', 'slots'] as const;
export type FaultPlace = (typeof FAULT_PLACES)[number];

/** The network of an environment, piece by piece; each can be made to fail. */
export class Faults implements AsyncDisposable {
  /** Between both slots (and the migrations) and PostgreSQL. */
  readonly postgres: FaultProxy;
  readonly redis: FaultProxy;
  readonly s3: FaultProxy;
  /** Between everybody and the front door: `environment.publicUrl`. Presigned URLs and the platform's own probes do not come by here. */
  readonly clients: FaultProxy;
  /** Between the front door and the backend of each slot. */
  readonly slots: Readonly<Record<Slot, FaultProxy>>;
  readonly #proxies: readonly FaultProxy[];

  private constructor(proxies: readonly [FaultProxy, FaultProxy, FaultProxy, FaultProxy, FaultProxy, FaultProxy]) {
    this.#proxies = proxies;
    const [postgres, redis, s3, clients, blue, green] = proxies;
    this.postgres = postgres;
    this.redis = redis;
    this.s3 = s3;
    this.clients = clients;
    this.slots = { blue, green };
  }

  /** `find` is asked at each connection: a slot that was deployed anew is found where it is then; null: it is nowhere. */
  static async between(parts: Parts, find: { frontDoor(): string | null; slot(slot: Slot): string | null }): Promise<Faults> {
    return new Faults([
      await FaultProxy.open(() => parts.databaseUrl),
      await FaultProxy.open(() => parts.redisUrl),
      await FaultProxy.open(() => parts.s3.endpoint),
      await FaultProxy.open(() => find.frontDoor()),
      await FaultProxy.open(() => find.slot('blue')),
      await FaultProxy.open(() => find.slot('green')),
    ]);
  }

  /** What the command line is told, so that the platform comes by here; the other places are connected as ever. */
  env({ databaseUrl, redisUrl, s3 }: Parts, places: readonly FaultPlace[]): NodeJS.ProcessEnv {
    const { blue, green } = this.slots;
    const env: Record<FaultPlace, NodeJS.ProcessEnv> = {
      postgres: { DATABASE_URL: this.postgres.in(databaseUrl) },
      redis: { REDIS_URL: this.redis.in(redisUrl) },
      s3: {
        S3_ENDPOINT: this.s3.in(s3.endpoint),
        S3_REGION: s3.region,
        S3_BUCKET: s3.bucket,
        S3_ACCESS_KEY: s3.accessKey,
        S3_SECRET_KEY: s3.secretKey,
      },
      slots: { BACKEND_ROUTES: JSON.stringify({ blue: `http://127.0.0.1:${blue.port}`, green: `http://127.0.0.1:${green.port}` }) },
    };
    return Object.assign({}, ...places.map((place) => env[place])) as NodeJS.ProcessEnv;
  }

  /** No fault anywhere. */
  async heal(): Promise<void> {
    for (const proxy of this.#proxies) await proxy.pass();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
  }
}
