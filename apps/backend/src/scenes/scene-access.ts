import { Inject, Injectable } from '@nestjs/common';
import { Bearer, type Caller } from '../auth/bearer.ts';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';
import { ProjectAccess } from '../projects/project-access.ts';
import { SceneAccess, type SceneDenial, type SceneGrant } from '../realtime/ports.ts';
import { SceneEntity } from './scene.entity.ts';

/** What the role in the scene's project allows; a scene that may not be seen is unknown, as in the HTTP API. */
@Injectable()
export class ProjectSceneAccess extends SceneAccess {
  readonly #database: Database;
  readonly #bearer: Bearer;
  readonly #access: ProjectAccess;

  constructor(@Inject(Database) database: Database, @Inject(Bearer) bearer: Bearer, @Inject(ProjectAccess) access: ProjectAccess) {
    super();
    this.#database = database;
    this.#bearer = bearer;
    this.#access = access;
  }

  override async check(token: string | undefined, sceneId: string): Promise<SceneGrant | SceneDenial> {
    const caller = token === undefined ? null : await this.#verify(token);
    if (caller === 'unauthenticated') return caller;
    const scene = await this.#database.of(SceneEntity).findOneBy({ id: sceneId });
    const found = scene === null ? null : await this.#access.find(caller, scene.projectId);
    if (found === null || (found.role === null && !found.isPublic)) return 'unknown-scene';
    return { userId: caller?.id ?? null, role: found.role ?? 'viewer', expiresAt: caller?.expiresAt ?? null };
  }

  async #verify(token: string): Promise<Caller | 'unauthenticated'> {
    try {
      return await this.#bearer.verify(token);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return 'unauthenticated';
      throw error;
    }
  }
}
