import { SINCE_1_3, type Annotation, type AnnotationChange, type NewAnnotation, type PageQuery } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { signedIn } from '../auth/caller.ts';
import { Database } from '../database/database.ts';
import { paginate, type Page } from '../http/pagination.ts';
import { ProjectAccess, unknown } from '../projects/project-access.ts';
import { SceneEntity } from '../scenes/scene.entity.ts';
import { unknownScene } from '../scenes/scenes.ts';
import { AnnotationEntity, type AnnotationRow } from './annotation.entity.ts';

type View = z.infer<typeof Annotation>;

const unknownAnnotation = unknown('annotation');

@Injectable()
export class Annotations {
  readonly #database: Database;
  readonly #access: ProjectAccess;

  constructor(@Inject(Database) database: Database, @Inject(ProjectAccess) access: ProjectAccess) {
    this.#database = database;
    this.#access = access;
  }

  async list(caller: Caller | null, projectId: string, query: z.infer<typeof PageQuery>): Promise<Page<View>> {
    await this.#access.require(caller, projectId, 'viewer');
    return paginate(this.#withAuthor().where({ projectId }), query, (row, { author }) => view(row, author));
  }

  async create(caller: Caller | null, projectId: string, { sceneId, body, position }: z.infer<typeof NewAnnotation>): Promise<View> {
    await this.#access.require(caller, projectId, 'editor');
    if (sceneId !== undefined && !(await this.#database.of(SceneEntity).existsBy({ id: sceneId, projectId }))) throw unknownScene();
    const author = signedIn(caller);
    const row = { projectId, sceneId: sceneId ?? null, authorId: author.id, body, position };
    return view(await this.#database.of(AnnotationEntity).save(row), author.name);
  }

  async change(caller: Caller | null, id: string, { status }: z.infer<typeof AnnotationChange>): Promise<View> {
    const found = await this.#database.of(AnnotationEntity).findOneBy({ id });
    await this.#access.require(caller, found?.projectId, 'editor', unknownAnnotation);
    await this.#database.of(AnnotationEntity).update({ id }, { status });
    const { entities, raw } = await this.#withAuthor().where({ id }).getRawAndEntities<{ author: unknown }>();
    if (entities[0] === undefined) throw unknownAnnotation();
    return view(entities[0], raw[0]?.author);
  }

  #withAuthor() {
    return this.#database
      .of(AnnotationEntity)
      .createQueryBuilder('annotation')
      .leftJoin('app_user', 'author', 'author.id = annotation.author_id')
      .addSelect('author.name', 'author');
  }
}

const view = (row: AnnotationRow, author: unknown): View => ({
  id: row.id,
  projectId: row.projectId,
  ...(row.sceneId === null ? {} : { sceneId: row.sceneId }),
  author: typeof author === 'string' ? author : null,
  body: row.body,
  position: row.position,
  createdAt: row.createdAt.toISOString(),
  ...(SINCE_1_3 ? { status: row.status ?? 'open' } : {}),
});
