import type { Token } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { ProblemError } from '../http/problem.ts';
import { CONFIG } from '../tokens.ts';

const ISSUER = 'devplatform';
const Claims = z.object({ sub: z.uuid(), name: z.string(), exp: z.number() });

export interface Identity {
  readonly id: string;
  readonly name: string;
}

export interface Caller extends Identity {
  /** Milliseconds since 1970 when the token runs out. */
  readonly expiresAt: number;
}

/** Bearer tokens (HS256). Both slots sign with AUTH_SECRET, so each accepts what the other gave. */
@Injectable()
export class Bearer {
  readonly #key: Uint8Array;
  readonly #lifetimeMs: number;

  constructor(@Inject(CONFIG) config: BackendConfig) {
    this.#key = new TextEncoder().encode(config.AUTH_SECRET);
    this.#lifetimeMs = config.TOKEN_LIFETIME * 1000;
  }

  async issue(user: Identity): Promise<z.infer<typeof Token>> {
    const expires = new Date(Date.now() + this.#lifetimeMs);
    const token = await new SignJWT({ name: user.name })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(user.id)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(this.#key);
    return { token, expiresAt: expires.toISOString(), expiresIn: this.#lifetimeMs / 1000, user: { id: user.id, name: user.name } };
  }

  /** Throws the problem `invalid-token` for anything but a live token of ours. */
  async verify(token: string): Promise<Caller> {
    try {
      const { payload } = await jwtVerify(token, this.#key, { issuer: ISSUER, algorithms: ['HS256'], requiredClaims: ['exp'] });
      const { sub, name, exp } = Claims.parse(payload);
      return { id: sub, name, expiresAt: exp * 1000 };
    } catch (cause) {
      throw new ProblemError(401, 'invalid-token', 'The bearer token is not valid or has expired; sign in again.', {
        cause,
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
    }
  }
}
