import { type CanActivate, createParamDecorator, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem.ts';
import { Bearer, type Caller } from './bearer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: anonymous. Set by CallerGuard before any handler. */
    caller: Caller | null;
  }
}

/** Says who calls: nobody without an Authorization header, and 401 for one that is not a live token. What they may do is the rooms' affair. */
@Injectable()
export class CallerGuard implements CanActivate {
  readonly #bearer: Bearer;

  constructor(@Inject(Bearer) bearer: Bearer) {
    this.#bearer = bearer;
  }

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization } = request.headers;
    const token = authorization === undefined ? undefined : (/^Bearer (\S+)$/i.exec(authorization)?.[1] ?? '');
    request.caller = token === undefined ? null : await this.#bearer.verify(token);
    return true;
  }
}

const callerOf = (context: ExecutionContext): Caller | null => context.switchToHttp().getRequest<FastifyRequest>().caller;

/** Who calls; null for an anonymous caller. */
export const CalledBy = createParamDecorator((_data: unknown, context: ExecutionContext) => callerOf(context));

/** Who calls; an anonymous caller gets the problem `unauthenticated`. */
export const SignedIn = createParamDecorator((_data: unknown, context: ExecutionContext) => signedIn(callerOf(context)));

export function signedIn(caller: Caller | null): Caller {
  if (caller !== null) return caller;
  throw new ProblemError(401, 'unauthenticated', 'Sign in first: this needs a bearer token.', {
    headers: { 'www-authenticate': 'Bearer' },
  });
}
