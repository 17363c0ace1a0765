import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { ProblemError } from './problem.ts';

export interface KeyedRequest {
  readonly owner: string;
  readonly key: string;
  /** Method, address and hash of the body. */
  readonly request: string;
}

export interface Claim extends KeyedRequest {
  /** When this process took the key: a later claim of another one makes this one void. */
  readonly at: string;
  /** The answer of an earlier request with this key; null: this one is to be applied. */
  readonly kept: { readonly status: number; readonly body: unknown } | null;
}

interface Row {
  readonly request: string;
  readonly status: number | null;
  readonly body: { readonly answer?: unknown } | null;
  readonly at: string;
}

/** Seconds after which a claim without an answer belongs to a process that died. */
const ABANDONED_AFTER_S = 60;

@Injectable()
export class IdempotencyKeys {
  readonly #database: Database;

  constructor(@Inject(Database) database: Database) {
    this.#database = database;
  }

  /** Takes the key or answers what is kept. Throws `idempotency-key-reused` or `request-in-progress`. */
  async claim(keyed: KeyedRequest): Promise<Claim> {
    const [claimed] = await this.#database.query<{ at: string }>(
      `INSERT INTO idempotency_key AS kept (owner, key, request) VALUES ($1, $2, $3)
       ON CONFLICT (owner, key) DO UPDATE SET at = now()
         WHERE kept.request = excluded.request AND kept.status IS NULL AND kept.at < now() - make_interval(secs => $4)
       RETURNING at::text`,
      [keyed.owner, keyed.key, keyed.request, ABANDONED_AFTER_S],
    );
    if (claimed !== undefined) return { ...keyed, at: claimed.at, kept: null };
    const [row] = await this.#database.query<Row>(
      'SELECT request, status, body, at::text FROM idempotency_key WHERE owner = $1 AND key = $2',
      [keyed.owner, keyed.key],
    );
    if (row !== undefined && row.request !== keyed.request) {
      throw new ProblemError(
        422,
        'idempotency-key-reused',
        'This Idempotency-Key was used for another request. Nothing was changed; use a new key.',
      );
    }
    if (row === undefined || row.status === null) throw inProgress();
    return { ...keyed, at: row.at, kept: { status: row.status, body: row.body?.answer } };
  }

  /** In the transaction of what was applied. Throws when another process took the key over, so that nothing is applied twice. */
  async keep(claim: Claim, status: number, answer: unknown): Promise<void> {
    const kept = await this.#database.query(
      `UPDATE idempotency_key SET status = $4, body = $5
       WHERE owner = $1 AND key = $2 AND at = $3::timestamptz AND status IS NULL RETURNING key`,
      [claim.owner, claim.key, claim.at, status, JSON.stringify({ answer })],
    );
    if (kept.length === 0) throw inProgress();
  }

  /** After a failure: the key may be used again. Where the database is away as well, the key frees itself later. */
  async release(claim: Claim): Promise<void> {
    await this.#database
      .query('DELETE FROM idempotency_key WHERE owner = $1 AND key = $2 AND at = $3::timestamptz AND status IS NULL', [
        claim.owner,
        claim.key,
        claim.at,
      ])
      .catch(() => undefined);
  }

  /** Forgets keys that are older than a day. */
  async forgetOld(): Promise<void> {
    await this.#database.query(`DELETE FROM idempotency_key WHERE at < now() - interval '1 day'`);
  }
}

const inProgress = (): ProblemError =>
  new ProblemError(
    409,
    'request-in-progress',
    'A request with this Idempotency-Key is under way; repeat it in a second to get its answer.',
    {
      headers: { 'retry-after': '1' },
    },
  );
