import { createHash } from 'node:crypto';
import { IDEMPOTENCY_HEADER } from '@devplatform/contracts';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Database } from '../database/database.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { ProblemError } from './problem.ts';

const REPEATABLE = Symbol('REPEATABLE');
const MUTATIONS = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

/** Marks handlers that may be repeated by their nature, or whose answers must not be kept: the key is accepted and not needed. */
export const Repeatable = (): ClassDecorator & MethodDecorator => SetMetadata(REPEATABLE, true);

/**
 * A mutation with an Idempotency-Key is applied once, over both slots: what the handler changes and its answer commit in
 * one transaction, so whoever dies in the middle leaves neither. A repetition gets the kept answer, marked
 * `Idempotency-Replayed: true`. What fails is not kept: nothing was applied.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  readonly #keys: IdempotencyKeys;
  readonly #database: Database;
  readonly #reflector: Reflector;

  constructor(
    @Inject(IdempotencyKeys) keys: IdempotencyKeys,
    @Inject(Database) database: Database,
    @Inject(Reflector) reflector: Reflector,
  ) {
    this.#keys = keys;
    this.#database = database;
    this.#reflector = reflector;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers[IDEMPOTENCY_HEADER];
    const repeatable = this.#reflector.getAllAndOverride<boolean | undefined>(REPEATABLE, [context.getHandler(), context.getClass()]);
    if (key === undefined || repeatable === true || !MUTATIONS.has(request.method)) return next.handle();
    return from(this.#once(String(key), request, context.switchToHttp().getResponse<FastifyReply>(), next));
  }

  async #once(key: string, request: FastifyRequest, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
      throw new ProblemError(400, 'invalid-idempotency-key', 'An Idempotency-Key has 1 to 200 printable characters without spaces.');
    }
    const owner = request.caller?.id ?? `anonymous ${request.ip}`;
    const claim = await this.#keys.claim({ owner, key, request: fingerprint(request) });
    if (claim.kept !== null) {
      void reply.code(claim.kept.status).header('Idempotency-Replayed', 'true');
      return claim.kept.body;
    }
    try {
      return await this.#database.transaction(async () => {
        const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
        await this.#keys.keep(claim, reply.statusCode, body);
        return body;
      });
    } catch (error) {
      await this.#keys.release(claim);
      throw error;
    }
  }
}

function fingerprint({ method, url, body }: FastifyRequest): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest('hex');
  return `${method} ${url} ${digest}`;
}
