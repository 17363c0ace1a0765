import type { Register, SignIn, Token } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { isUniqueViolation } from '../database/database-error.ts';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';
import { Bearer } from './bearer.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { RateLimit } from './rate-limit.ts';
import { UserEntity } from './user.entity.ts';

const MINUTE_MS = 60_000;

@Injectable()
export class Accounts {
  readonly #database: Database;
  readonly #bearer: Bearer;
  readonly #registrations = new RateLimit(300, MINUTE_MS);
  readonly #failedSignIns = new RateLimit(20, MINUTE_MS);

  constructor(@Inject(Database) database: Database, @Inject(Bearer) bearer: Bearer) {
    this.#database = database;
    this.#bearer = bearer;
  }

  async register({ email, name, password }: z.infer<typeof Register>, address: string): Promise<z.infer<typeof Token>> {
    this.#registrations.check(address);
    this.#registrations.count(address);
    const user = { email: email.toLowerCase(), name, passwordHash: await hashPassword(password) };
    try {
      const { identifiers } = await this.#database.of(UserEntity).insert(user);
      return await this.#bearer.issue({ id: String(identifiers[0]?.id), name });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new ProblemError(409, 'email-taken', 'There is an account with this address already; sign in instead.');
    }
  }

  async signIn({ email, password }: z.infer<typeof SignIn>, address: string): Promise<z.infer<typeof Token>> {
    this.#failedSignIns.check(address);
    const user = await this.#database.of(UserEntity).findOneBy({ email: email.toLowerCase() });
    const matches = await verifyPassword(password, user?.passwordHash);
    if (user !== null && matches) return this.#bearer.issue(user);
    this.#failedSignIns.count(address);
    throw new ProblemError(401, 'wrong-credentials', 'No account has this address with this password.');
  }
}
