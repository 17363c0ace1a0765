import type { Membership, Role } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { UserEntity } from '../auth/user.entity.ts';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';
import { MemberEntity } from './member.entity.ts';

type View = z.infer<typeof Membership>;

@Injectable()
export class Members {
  readonly #database: Database;

  constructor(@Inject(Database) database: Database) {
    this.#database = database;
  }

  async list(projectId: string): Promise<View[]> {
    const members = await this.#database.of(MemberEntity).find({ where: { projectId }, order: { userId: 'ASC' } });
    return members.map(({ userId, role }) => ({ userId, role }));
  }

  put(projectId: string, userId: string, role: Role): Promise<View> {
    return this.#keepingAnAdmin(projectId, async () => {
      if (!(await this.#database.of(UserEntity).existsBy({ id: userId })))
        throw new ProblemError(404, 'unknown-user', 'There is no such user.');
      await this.#database.of(MemberEntity).upsert({ projectId, userId, role }, ['projectId', 'userId']);
      return { userId, role };
    });
  }

  remove(projectId: string, userId: string): Promise<void> {
    return this.#keepingAnAdmin(projectId, async () => {
      await this.#database.of(MemberEntity).delete({ projectId, userId });
    });
  }

  /** The project's row is locked, so that two admins who remove each other at once do not both succeed. */
  #keepingAnAdmin<T>(projectId: string, change: () => Promise<T>): Promise<T> {
    return this.#database.transaction(async () => {
      await this.#database.query('SELECT FROM project WHERE id = $1 FOR UPDATE', [projectId]);
      const result = await change();
      if (await this.#database.of(MemberEntity).existsBy({ projectId, role: 'admin' })) return result;
      throw new ProblemError(409, 'last-admin', 'A project keeps at least one admin. Nothing was changed; name another one first.');
    });
  }
}
