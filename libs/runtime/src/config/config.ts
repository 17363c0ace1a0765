import { Slot } from '@devplatform/contracts';
import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);
const DEVELOPMENT_SECRET = 'devplatform-development-secret-not-for-production';
const secret = z.string().min(32, 'at least 32 characters; make one with: openssl rand -hex 32');

const Process = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  /** Which of the two environments this process belongs to. */
  SLOT: Slot.default('blue'),
  /** Address to listen on; 0.0.0.0 in a container. */
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

const Shared = Process.extend({
  /** Bearer token of the control plane; what deploys knows it too. */
  INTERNAL_TOKEN: secret,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Connections of this process to PostgreSQL at most. */
  DATABASE_POOL: z.coerce.number().int().min(2).max(100).default(10),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  S3_ENDPOINT: z.url(),
  /** What presigned URLs begin with: where browsers reach the store. Default: S3_ENDPOINT. */
  S3_PUBLIC_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z.string().default('devplatform'),
  S3_ACCESS_KEY: z.string().min(1),
  S3_SECRET_KEY: z.string().min(1),
});

export const BackendConfig = Shared.extend({
  PORT: port(8000),
  INTERNAL_PORT: port(8001),
  /** Signs bearer tokens (HS256); the same in both slots. */
  AUTH_SECRET: secret,
  /** Seconds that a token is valid. */
  TOKEN_LIFETIME: z.coerce
    .number()
    .int()
    .min(60)
    .default(12 * 3600),
});
export type BackendConfig = z.infer<typeof BackendConfig>;

export const WorkerConfig = Shared.extend({
  INTERNAL_PORT: port(8002),
  /** A new slot's worker takes no jobs of users before the switch. */
  WORKER_START: z.enum(['running', 'paused']).default('running'),
  /** Models processed at the same time, each in a thread of its own. */
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(32).default(1),
  /** Milliseconds between two looks for scenes whose journal is to be compacted; the same in both slots. */
  COMPACTION_INTERVAL_MS: z.coerce.number().int().min(100).default(60_000),
});
export type WorkerConfig = z.infer<typeof WorkerConfig>;

export const MigrateConfig = z.object({ DATABASE_URL: Shared.shape.DATABASE_URL });

/** Every fault of the environment at once; values are not repeated, they may be secrets. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(`The environment of this process is not usable, nothing was started:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Parses the environment once, before anything starts. Outside production, AUTH_SECRET and INTERNAL_TOKEN have a known
 * default; production refuses to start without them and with that default. Throws ConfigError.
 */
export function parseConfig<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv = process.env): z.infer<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const production = (given.NODE_ENV ?? 'production') === 'production';
  const secrets = ['AUTH_SECRET', 'INTERNAL_TOKEN'];
  const defaults = production ? {} : Object.fromEntries(secrets.map((name) => [name, DEVELOPMENT_SECRET]));
  const parsed = schema.safeParse({ ...defaults, ...given });
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (production) {
    for (const name of secrets) if (given[name] === DEVELOPMENT_SECRET) faults.push(`${name}: the default of development is no secret`);
  }
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return parsed.data;
}
