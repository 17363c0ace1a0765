import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Phased } from './phase.ts';

/** v1.3.0: annotations can be resolved. A constant default needs no rewrite, and v1.2.0 never names the column. */
export class AddAnnotationStatus1764100000000 implements MigrationInterface, Phased {
  readonly name = 'AddAnnotationStatus1764100000000';
  readonly phase = 'expand';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE annotation ADD COLUMN status text NOT NULL DEFAULT 'open'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE annotation DROP COLUMN status`);
  }
}
