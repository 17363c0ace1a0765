import type { NewScene, PageQuery, Scene } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { Database } from '../database/database.ts';
import { paginate, type Page } from '../http/pagination.ts';
import { ProjectAccess, unknown } from '../projects/project-access.ts';
import { SceneEntity, type SceneRow } from './scene.entity.ts';

type View = z.infer<typeof Scene>;

export const unknownScene = unknown('scene');

@Injectable()
export class Scenes {
  readonly #database: Database;
  readonly #access: ProjectAccess;

  constructor(@Inject(Database) database: Database, @Inject(ProjectAccess) access: ProjectAccess) {
    this.#database = database;
    this.#access = access;
  }

  async list(caller: Caller | null, projectId: string, query: z.infer<typeof PageQuery>): Promise<Page<View>> {
    await this.#access.require(caller, projectId, 'viewer');
    return paginate(this.#database.of(SceneEntity).createQueryBuilder('scene').where({ projectId }), query, view);
  }

  async create(caller: Caller | null, projectId: string, { name }: z.infer<typeof NewScene>): Promise<View> {
    await this.#access.require(caller, projectId, 'editor');
    return view(await this.#database.of(SceneEntity).save({ projectId, name, headSeq: 0 }));
  }

  async get(caller: Caller | null, id: string): Promise<View> {
    const scene = await this.#database.of(SceneEntity).findOneBy({ id });
    await this.#access.require(caller, scene?.projectId, 'viewer', unknownScene);
    if (scene === null) throw unknownScene();
    return view(scene);
  }
}

const view = ({ id, projectId, name, headSeq, createdAt }: SceneRow): View => ({
  id,
  projectId,
  name,
  headSeq,
  createdAt: createdAt.toISOString(),
});
