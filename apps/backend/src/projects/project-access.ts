import type { Role } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/bearer.ts';
import { signedIn } from '../auth/caller.ts';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';

const RANK: Readonly<Record<Role, number>> = { viewer: 1, editor: 2, admin: 3 };

/** What somebody asked for by id and may not see, or which is not there: the answer does not tell which. */
export const unknown = (what: string) => (): ProblemError =>
  new ProblemError(404, `unknown-${what}`, `There is no such ${what}, or it is not yours to see.`);
export const unknownProject = unknown('project');

/** Who may do what in a project: everybody views a public one, members do what their role allows. */
@Injectable()
export class ProjectAccess {
  readonly #database: Database;

  constructor(@Inject(Database) database: Database) {
    this.#database = database;
  }

  /** The caller's role as a member (null: none) and whether the project can be seen by everybody; null for no such project. */
  async find(caller: Caller | null, projectId: string): Promise<{ readonly role: Role | null; readonly isPublic: boolean } | null> {
    const [row] = await this.#database.query<{ visibility: string; role: Role | null }>(
      `SELECT project.visibility, member.role FROM project
       LEFT JOIN project_member member ON member.project_id = project.id AND member.user_id = $2 WHERE project.id = $1`,
      [projectId, caller?.id ?? null],
    );
    return row === undefined ? null : { role: row.role, isPublic: row.visibility === 'public' };
  }

  /**
   * The caller's role, where it may do what `needed` may; else throws `unauthenticated` or `role-too-low`. Where the caller
   * may not even see the project (undefined: what it asked for is in none), it throws what `orElse` gives.
   */
  async require(caller: Caller | null, projectId: string | undefined, needed: Role, orElse = unknownProject): Promise<Role | null> {
    const found = projectId === undefined ? null : await this.find(caller, projectId);
    if (found === null || (found.role === null && !found.isPublic)) throw orElse();
    if (RANK[found.role ?? 'viewer'] >= RANK[needed]) return found.role;
    signedIn(caller);
    throw new ProblemError(403, 'role-too-low', `This needs the role ${needed} in the project. Nothing was changed.`);
  }
}
