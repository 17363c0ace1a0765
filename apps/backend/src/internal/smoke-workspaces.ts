import { randomUUID } from 'node:crypto';
import type { SmokeWorkspace } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Bearer } from '../auth/bearer.ts';
import { NO_PASSWORD } from '../auth/password.ts';
import { UserEntity } from '../auth/user.entity.ts';
import { Database } from '../database/database.ts';
import { MemberEntity } from '../projects/member.entity.ts';
import { ProjectEntity } from '../projects/project.entity.ts';
import { SceneEntity } from '../scenes/scene.entity.ts';

/** RFC 2606: nobody can have an address there, so nobody can be one of these users. */
const SMOKE_DOMAIN = 'smoke.invalid';

/** Private projects with a user of their own, in which a smoke test may do as it likes and which nobody else sees. */
@Injectable()
export class SmokeWorkspaces {
  readonly #database: Database;
  readonly #bearer: Bearer;

  constructor(@Inject(Database) database: Database, @Inject(Bearer) bearer: Bearer) {
    this.#database = database;
    this.#bearer = bearer;
  }

  create(): Promise<SmokeWorkspace> {
    const name = 'smoke test';
    return this.#database.transaction(async () => {
      const email = `${randomUUID()}@${SMOKE_DOMAIN}`;
      const user = await this.#database.of(UserEntity).save({ email, name, passwordHash: NO_PASSWORD });
      const project = await this.#database.of(ProjectEntity).save({ name, description: '', visibility: 'private' });
      await this.#database.of(MemberEntity).insert({ projectId: project.id, userId: user.id, role: 'editor' });
      const scene = await this.#database.of(SceneEntity).save({ projectId: project.id, name, headSeq: 0 });
      const { token } = await this.#bearer.issue(user);
      return { projectId: project.id, sceneId: scene.id, token };
    });
  }

  /** All of them, those of an earlier smoke test that died too. */
  async removeAll(): Promise<void> {
    await this.#database.transaction(async () => {
      await this.#database.query(
        `DELETE FROM project WHERE id IN (SELECT project_id FROM project_member
         JOIN app_user ON app_user.id = user_id WHERE email LIKE '%@${SMOKE_DOMAIN}')`,
      );
      await this.#database.query(`DELETE FROM app_user WHERE email LIKE '%@${SMOKE_DOMAIN}'`);
    });
  }
}
