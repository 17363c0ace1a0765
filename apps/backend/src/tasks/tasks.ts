import type { PageQuery, Task } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { Database } from '../database/database.ts';
import { paginate, type Page } from '../http/pagination.ts';
import { ProjectAccess, unknown } from '../projects/project-access.ts';
import { TaskEntity, type TaskRow } from './task.entity.ts';
import { TaskWatch } from './task-watch.ts';

type View = z.infer<typeof Task>;

const unknownTask = unknown('task');

@Injectable()
export class Tasks {
  readonly #database: Database;
  readonly #access: ProjectAccess;
  readonly #watch: TaskWatch;

  constructor(@Inject(Database) database: Database, @Inject(ProjectAccess) access: ProjectAccess, @Inject(TaskWatch) watch: TaskWatch) {
    this.#database = database;
    this.#access = access;
    this.#watch = watch;
  }

  async list(caller: Caller | null, projectId: string, query: z.infer<typeof PageQuery>): Promise<Page<View>> {
    await this.#access.require(caller, projectId, 'viewer');
    return paginate(this.#database.of(TaskEntity).createQueryBuilder('task').where({ projectId }), query, view);
  }

  /** Waits at most `seconds` for its end, on behalf of nobody who may not see it. */
  async get(caller: Caller | null, id: string, seconds: number): Promise<View> {
    const now = await this.#read(caller, id);
    if (seconds === 0 || now.finishedAt !== null) return now;
    await this.#watch.ended(id, seconds);
    return this.#read(caller, id);
  }

  async #read(caller: Caller | null, id: string): Promise<View> {
    const task = await this.#database.of(TaskEntity).findOneBy({ id });
    await this.#access.require(caller, task?.projectId, 'viewer', unknownTask);
    if (task === null) throw unknownTask();
    return view(task);
  }
}

const view = (row: TaskRow): View => ({
  id: row.id,
  projectId: row.projectId,
  modelVersionId: row.modelVersionId,
  contract: row.contract,
  status: row.status,
  progress: row.progress,
  step: row.step,
  error: row.error,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});
