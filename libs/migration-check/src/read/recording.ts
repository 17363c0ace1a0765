import { loadModule } from 'libpg-query';
import { Client } from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface, type QueryRunner } from 'typeorm';
import { z } from 'zod';
import { inlined } from './inlined.ts';
import { Phase, type RecordedMigration } from './recorded-migration.ts';
import { excerpt, RecordingDriver, type Recorded } from './recording-driver.ts';

export interface RecordingOptions {
  /** For migrations that use repositories. */
  readonly entities?: readonly EntitySchema[];
  /**
   * URL of a scratch database without rows, asked for only when a migration wants to know what is in the schema. Everything is then run there,
   * so it has to be empty. Absent: such a migration has a gap.
   */
  readonly scratch?: () => Promise<string>;
}

type Migration = new () => MigrationInterface & { readonly phase?: unknown; readonly batches?: unknown };

/**
 * Runs `up` and `down` of every migration, oldest first, and returns what reached the wire: SQL that was generated, looped or under a condition
 * is there as it was sent. Nothing is sent to any database but `scratch`.
 */
export async function recordMigrations(
  migrations: readonly Migration[],
  options: RecordingOptions = {},
): Promise<readonly RecordedMigration[]> {
  await loadModule();
  const offline = new Recorder(null, options);
  const recorded = await offline.all(migrations);
  if (!offline.needsDatabase || options.scratch === undefined) return recorded;
  const database = new Client({ connectionString: await options.scratch() });
  await database.connect();
  try {
    return await new Recorder(database, options).all(migrations);
  } finally {
    await database.end();
  }
}

class Recorder {
  needsDatabase = false;
  readonly #driver: RecordingDriver;
  readonly #source: DataSource;

  constructor(database: Client | null, { entities = [] }: RecordingOptions) {
    this.#driver = new RecordingDriver(database);
    this.#source = new DataSource({ type: 'postgres', driver: this.#driver, installExtensions: false, entities: [...entities] });
  }

  async all(migrations: readonly Migration[]): Promise<readonly RecordedMigration[]> {
    await this.#source.initialize();
    const recorded: RecordedMigration[] = [];
    for (const Migration of migrations) recorded.push(await this.#one(new Migration()));
    return recorded;
  }

  async #one(migration: InstanceType<Migration>): Promise<RecordedMigration> {
    const { transaction = true } = migration;
    const batches = Batches.safeParse(migration.batches).data;
    const up = await this.#record((runner) => migration.up(runner), transaction ? 'commit' : null);
    const down = await this.#record((runner) => migration.down(runner), 'roll back');
    if (batches !== undefined) up.statements.unshift({ sql: batches.statement, parameters: [] });
    return {
      name: migration.name ?? migration.constructor.name,
      phase: Phase.safeParse(migration.phase).data ?? null,
      transaction: transaction && batches === undefined ? 'wrapped' : 'none',
      up: textOf(up.statements),
      down: down.statements.length === 0 ? null : textOf(down.statements),
      gaps: [...up.gaps],
    };
  }

  /** `end` of the transaction that it runs in, begun by the same runner so that one that `work` begins itself is a savepoint; null: in none. */
  async #record(
    work: (runner: QueryRunner) => Promise<unknown>,
    end: 'commit' | 'roll back' | null,
  ): Promise<{ readonly statements: Recorded[]; readonly gaps: readonly string[] }> {
    const [driver, runner] = [this.#driver, this.#source.createQueryRunner()];
    driver.forget();
    const gaps: string[] = [];
    if (end !== null) await runner.startTransaction();
    driver.recording = true;
    try {
      await work(runner);
    } catch (error) {
      if (driver.unanswered === null) gaps.push(`it stopped with an error: ${error instanceof Error ? error.message : String(error)}`);
    }
    driver.recording = false;
    if (runner.isTransactionActive)
      await (end === 'commit' && gaps.length === 0 ? runner.commitTransaction() : runner.rollbackTransaction());
    await runner.release();
    if (driver.unanswered !== null) gaps.push(driver.unanswered.message);
    this.needsDatabase ||= driver.unanswered !== null;
    return { statements: [...driver.statements], gaps: [...gaps, ...[...driver.assumed].map(looksAt)] };
  }
}

const looksAt = (sql: string): string => `it looks at the rows of ${excerpt(sql)}; there were none here`;

/** Of `migrations/phase.ts`; a library for other projects knows only its shape. */
const Batches = z.object({ statement: z.string() });

function textOf(statements: readonly Recorded[]): string {
  const texts = statements.map(({ sql, parameters }) => inlined(sql, parameters).replace(/[\s;]+$/, ''));
  // A comment at the end would swallow the semicolon.
  return texts.map((text) => `${text}${/--[^\n]*$/.test(text) ? '\n' : ''};\n`).join('');
}
