import { ModelResult, type Model, type ModelDetail, type ModelVersion, type PageQuery } from '@devplatform/contracts';
import { ObjectStore } from '@devplatform/runtime/storage';
import { Inject, Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { Database } from '../database/database.ts';
import { paginate, type Page } from '../http/pagination.ts';
import { ProjectAccess, unknown } from '../projects/project-access.ts';
import { ModelVersionEntity, type ModelVersionRow } from './model-version.entity.ts';
import { ModelEntity, type ModelRow } from './model.entity.ts';

type View = z.infer<typeof Model>;
type VersionView = z.infer<typeof ModelVersion>;

export const unknownModel = unknown('model');
const URL_LIFETIME_S = 3600;

@Injectable()
export class Models {
  readonly #database: Database;
  readonly #access: ProjectAccess;
  readonly #store: ObjectStore;

  constructor(@Inject(Database) database: Database, @Inject(ProjectAccess) access: ProjectAccess, @Inject(ObjectStore) store: ObjectStore) {
    this.#database = database;
    this.#access = access;
    this.#store = store;
  }

  async list(caller: Caller | null, projectId: string, query: z.infer<typeof PageQuery>): Promise<Page<View>> {
    await this.#access.require(caller, projectId, 'viewer');
    const models = this.#database.of(ModelEntity).createQueryBuilder('model').where({ projectId });
    const { items, next } = await paginate(models, query, (model) => model);
    const latest = await this.#latest(items.map(({ id }) => id));
    return { items: await Promise.all(items.map((model) => this.#view(model, latest.get(model.id)))), next };
  }

  async get(caller: Caller | null, id: string): Promise<z.infer<typeof ModelDetail>> {
    const model = await this.#database.of(ModelEntity).findOneBy({ id });
    await this.#access.require(caller, model?.projectId, 'viewer', unknownModel);
    if (model === null) throw unknownModel();
    const rows = await this.#database.of(ModelVersionEntity).find({ where: { modelId: id }, order: { number: 'DESC' } });
    const versions = await Promise.all(rows.map((row) => this.#versionView(row)));
    return { ...modelView(model), latest: versions[0] ?? null, versions };
  }

  async #latest(modelIds: readonly string[]): Promise<ReadonlyMap<string, ModelVersionRow>> {
    const rows = await this.#database
      .of(ModelVersionEntity)
      .createQueryBuilder('version')
      .distinctOn(['version.model_id'])
      .where({ modelId: In([...modelIds]) })
      .orderBy('version.model_id')
      .addOrderBy('version.number', 'DESC')
      .getMany();
    return new Map(rows.map((row) => [row.modelId, row]));
  }

  async #view(model: ModelRow, latest: ModelVersionRow | undefined): Promise<View> {
    return { ...modelView(model), latest: latest === undefined ? null : await this.#versionView(latest) };
  }

  async #versionView(row: ModelVersionRow): Promise<VersionView> {
    const result = row.status === 'ready' ? ModelResult.parse(row.result) : null;
    return {
      id: row.id,
      modelId: row.modelId,
      number: row.number,
      fileName: row.fileName,
      size: row.size,
      sha256: row.sha256,
      status: row.status,
      error: row.error,
      urls: result === null ? null : await this.#sign(result),
      inspect: result?.inspect ?? null,
      createdAt: row.createdAt.toISOString(),
    };
  }

  async #sign({ optimised, levels, thumbnail }: ModelResult): Promise<VersionView['urls']> {
    const sign = (key: string): Promise<string> => this.#store.signGet(key, URL_LIFETIME_S);
    return {
      optimised: await sign(optimised.key),
      levels: await Promise.all(levels.map(async ({ ratio, triangles, key }) => ({ ratio, triangles, url: await sign(key) }))),
      thumbnail: await sign(thumbnail.key),
    };
  }
}

const modelView = ({ id, projectId, name, createdAt }: ModelRow): Omit<View, 'latest'> => ({
  id,
  projectId,
  name,
  createdAt: createdAt.toISOString(),
});
