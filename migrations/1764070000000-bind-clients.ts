import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Phased } from './phase.ts';

/** Whose edits a client's are, so that nobody else can use up its numbers. Null where an earlier release did not ask. */
export class BindClients1764070000000 implements MigrationInterface, Phased {
  readonly name = 'BindClients1764070000000';
  readonly phase = 'expand';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE scene_cursor ADD COLUMN user_id uuid`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE scene_cursor DROP COLUMN user_id`);
  }
}
