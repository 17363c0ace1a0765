import type { NewProject, PageQuery, Project, ProjectChange, Role } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { Database } from '../database/database.ts';
import { paginate, type Page } from '../http/pagination.ts';
import { MemberEntity } from './member.entity.ts';
import { unknownProject } from './project-access.ts';
import { ProjectEntity, type ProjectRow } from './project.entity.ts';

type View = z.infer<typeof Project>;

@Injectable()
export class Projects {
  readonly #database: Database;

  constructor(@Inject(Database) database: Database) {
    this.#database = database;
  }

  /** Public ones, and those that the caller is a member of. */
  list(caller: Caller | null, query: z.infer<typeof PageQuery>): Promise<Page<View>> {
    const visible = this.#database
      .of(ProjectEntity)
      .createQueryBuilder('project')
      .leftJoin('project_member', 'member', 'member.project_id = project.id AND member.user_id = :caller', { caller: caller?.id ?? null })
      .addSelect('member.role', 'role')
      .where(`(project.visibility = 'public' OR member.user_id IS NOT NULL)`);
    return paginate(visible, query, (project, { role }) => view(project, role as Role | null));
  }

  /** The creator becomes its admin. */
  create(caller: Caller, values: z.infer<typeof NewProject>): Promise<View> {
    return this.#database.transaction(async () => {
      const project = await this.#database.of(ProjectEntity).save({ ...values });
      await this.#database.of(MemberEntity).insert({ projectId: project.id, userId: caller.id, role: 'admin' });
      return view(project, 'admin');
    });
  }

  async get(id: string, role: Role | null): Promise<View> {
    const project = await this.#database.of(ProjectEntity).findOneBy({ id });
    if (project === null) throw unknownProject();
    return view(project, role);
  }

  async change(id: string, role: Role | null, values: z.infer<typeof ProjectChange>): Promise<View> {
    const changes = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    if (Object.keys(changes).length > 0) await this.#database.of(ProjectEntity).update({ id }, changes);
    return this.get(id, role);
  }

  /** With everything in it; its objects are noted for removal by the database in the same transaction (upkeep/object-removals.ts). */
  async remove(id: string): Promise<void> {
    await this.#database.of(ProjectEntity).delete({ id });
  }
}

const view = (project: ProjectRow, role: Role | null): View => ({
  id: project.id,
  name: project.name,
  description: project.description,
  visibility: project.visibility,
  createdAt: project.createdAt.toISOString(),
  role,
});
