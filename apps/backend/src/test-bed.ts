import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Parts, startParts, stopParts, until } from '@devplatform/embedded';
import { jest } from '@jest/globals';
import { migrations } from '@devplatform/migrations';
import { BackendConfig, parseConfig } from '@devplatform/runtime/config';
import { migrate } from '@devplatform/runtime/database';
import { pino } from 'pino';
import { Client as Postgres } from 'pg';
import { type Backend, startBackend } from './backend.ts';

/* Real servers on a machine that does other things too; nothing here is measured in time. */
jest.setTimeout(60_000);

/** Fields of all answers together; a test expects those of its own. */
export interface Body {
  readonly id: string;
  readonly code: string;
  readonly errors: readonly { readonly path: string }[];
  readonly token: string;
  readonly expiresAt: string;
  readonly user: { readonly id: string };
  readonly name: string;
  readonly body: string;
  readonly status: string;
  readonly items: readonly Body[];
  readonly next: string | null;
  readonly fence: number;
  readonly taskId: string;
  readonly clientUploadId: string;
  readonly modelId: string;
  readonly modelVersionId: string;
  readonly urls: readonly { readonly part: number; readonly url: string; readonly headers: Record<string, string> }[];
  readonly stored: readonly { readonly part: number; readonly etag: string; readonly sha256?: string }[];
  readonly versions: readonly { readonly number: number }[];
  readonly checks: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of a JSON answer; without fields otherwise. */
  readonly body: Body;
}

/** PostgreSQL, Redis and a store of its own for one spec file, migrated, and as many slots on them as it starts. */
export class TestBed {
  static readonly INTERNAL_TOKEN = 'devplatform-development-secret-not-for-production';

  readonly dir: string;
  readonly parts: Parts;
  readonly #backends: Backend[] = [];

  private constructor(dir: string, parts: Parts) {
    this.dir = dir;
    this.parts = parts;
  }

  static async open(): Promise<TestBed> {
    const dir = mkdtempSync(join(tmpdir(), 'devplatform-backend-'));
    const bed = new TestBed(dir, await startParts(dir, {}));
    await migrate(bed.parts.databaseUrl, migrations);
    return bed;
  }

  /** The environment of a backend process on these parts. */
  environment(slot: 'blue' | 'green'): NodeJS.ProcessEnv {
    const { databaseUrl, redisUrl, s3 } = this.parts;
    return {
      ...{
        NODE_ENV: 'test',
        SLOT: slot,
        PORT: '0',
        INTERNAL_PORT: '0',
        LOG_LEVEL: 'silent',
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
      },
      ...{ S3_ENDPOINT: s3.endpoint, S3_REGION: s3.region, S3_BUCKET: s3.bucket, S3_ACCESS_KEY: s3.accessKey, S3_SECRET_KEY: s3.secretKey },
    };
  }

  /** Starts the real application in this process and waits until it is healthy. */
  async start(slot: 'blue' | 'green'): Promise<Backend> {
    const backend = await this.launch(slot);
    await eventually(async () => (await new ApiClient(backend).get('/health')).status === 200, `${slot} to be healthy`);
    return backend;
  }

  /** Starts it, healthy or not. */
  async launch(slot: 'blue' | 'green'): Promise<Backend> {
    const backend = await startBackend(parseConfig(BackendConfig, this.environment(slot)), pino({ level: 'silent' }));
    this.#backends.push(backend);
    return backend;
  }

  /** A transaction that keeps what `statement` locks until it is released. */
  async hold(statement: string): Promise<{ release(): Promise<void> }> {
    const client = new Postgres({ connectionString: this.parts.databaseUrl });
    await client.connect();
    await client.query('BEGIN');
    await client.query(statement);
    return { release: () => client.end() };
  }

  /** Another database on the same server; returns its URL. */
  async emptyDatabase(name: string, statement = 'SELECT 1'): Promise<string> {
    await this.sql(`CREATE DATABASE ${name}`);
    const url = new URL(`/${name}`, this.parts.databaseUrl).href;
    await this.sql(statement, [], url);
    return url;
  }

  async sql<T extends object>(text: string, values: readonly unknown[] = [], url = this.parts.databaseUrl): Promise<T[]> {
    const client = new Postgres({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<T>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#backends.map((backend) => backend.lifecycle.stop('test')));
    await stopParts(this.dir);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const eventually = (condition: () => Promise<boolean>, what: string): Promise<unknown> =>
  until(condition, { what, deadlineMs: 30_000 });

/** A caller of one slot, on its public port unless it says otherwise. */
export class ApiClient {
  readonly #base: string;
  readonly token: string | undefined;
  readonly userId: string | undefined;

  constructor(backend: Pick<Backend, 'url'>, token?: string, userId?: string, base = `${backend.url}/api/v1`) {
    this.#base = base;
    this.token = token;
    this.userId = userId;
  }

  /** A new account. */
  static async register(backend: Pick<Backend, 'url'>, name = 'Ada'): Promise<ApiClient> {
    const email = `${randomUUID()}@example.org`;
    const { body } = await new ApiClient(backend).post('/auth/register', { email, name, password: 'correct horse battery' });
    return new ApiClient(backend, body.token, body.user.id);
  }

  /** A caller of the control plane. */
  static ofControlPlane(backend: Backend, token?: string): ApiClient {
    return new ApiClient(backend, token, undefined, backend.internalUrl);
  }

  /** The same account on another slot. */
  on(backend: Pick<Backend, 'url'>): ApiClient {
    return new ApiClient(backend, this.token, this.userId);
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.send('PATCH', path, body, headers);
  }
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.send('PUT', path, body, headers);
  }
  delete(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('DELETE', path, undefined, headers);
  }

  /** A body that is no text or bytes is sent as JSON. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return { status: response.status, headers: response.headers, text, body: (json ? JSON.parse(text) : {}) as Body };
  }
}
