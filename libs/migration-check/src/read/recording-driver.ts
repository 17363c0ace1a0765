import type { Client } from 'pg';
import { natureOf } from './nature.ts';

/** What went over the wire. */
export interface Recorded {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

interface Answer {
  readonly command: string;
  readonly rows: readonly unknown[];
  readonly rowCount: number;
}

type Released = (error?: Error) => void;
type Connected = (error: Error | undefined, client: RecordingClient, release: Released) => void;

/** A migration asked for the schema, and no database is there to say. */
class NeedsDatabase extends Error {
  constructor(sql: string) {
    super(`it asks the database what is in it: ${excerpt(sql)}`);
    this.name = 'NeedsDatabase';
  }
}

/**
 * Stands where TypeORM expects `pg`, so that whatever a migration does (raw SQL, the schema builder, query builders, a second query runner, its
 * own transaction) is seen where it leaves TypeORM. Without a URL nothing is run: questions about the schema throw NeedsDatabase, everything else
 * is answered with no rows. With one, a scratch database without rows, every statement runs there too.
 */
export class RecordingDriver {
  /** TypeORM builds one from `driver.Pool`. */
  readonly Pool: new () => RecordingPool;
  /** false: what comes is run, and not noted. */
  recording = false;
  readonly statements: Recorded[] = [];
  /** Statements whose rows were looked at: what followed rests on a table that was empty. */
  readonly assumed = new Set<string>();
  /** The last question that could not be answered, also where the migration caught the error. */
  unanswered: NeedsDatabase | null = null;
  readonly #database: Client | null;

  constructor(database: Client | null) {
    this.#database = database;
    const client = new RecordingClient(this);
    this.Pool = class extends RecordingPool {
      constructor() {
        super(client);
      }
    };
  }

  /** Before the next migration. */
  forget(): void {
    this.statements.length = 0;
    this.assumed.clear();
    this.unanswered = null;
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    const nature = natureOf(sql);
    const noted = this.recording && nature !== 'catalog';
    if (noted) this.statements.push({ sql, parameters });
    if (this.#database !== null) {
      const { command, rows, rowCount } = await this.#database.query<Record<string, unknown>>(sql, [...parameters]);
      return { command, rows: noted ? this.#watched(rows, sql) : rows, rowCount: rowCount ?? 0 };
    }
    const known = KNOWN.find(([question]) => question.test(sql))?.[1];
    if (known !== undefined) return { command: 'SELECT', rows: [known], rowCount: 1 };
    if (nature === 'catalog') {
      this.unanswered = new NeedsDatabase(sql);
      throw this.unanswered;
    }
    return { command: /^\s*(\w*)/.exec(sql)?.[1]?.toUpperCase() ?? '', rows: this.#watched([], sql), rowCount: 0 };
  }

  #watched(rows: readonly unknown[], sql: string): readonly unknown[] {
    return new Proxy(rows, {
      get: (target, property): unknown => {
        // `await` looks for it.
        if (property !== 'then') this.assumed.add(sql);
        return Reflect.get(target, property);
      },
    });
  }
}

/** What TypeORM asks at the start. The version is that of the parser. */
const KNOWN: readonly (readonly [RegExp, object])[] = [
  [/^\s*select version\(\)\s*;?\s*$/i, { version: 'PostgreSQL 18.0' }],
  [/^\s*select \* from current_schema\(\)\s*;?\s*$/i, { current_schema: 'public' }],
  [/^\s*select \* from current_database\(\)\s*;?\s*$/i, { current_database: 'postgres' }],
];

class RecordingPool {
  readonly #client: RecordingClient;

  constructor(client: RecordingClient) {
    this.#client = client;
  }

  on(): this {
    return this;
  }

  connect(connected: Connected): void {
    connected(undefined, this.#client, () => undefined);
  }

  end(ended: (error?: Error) => void): void {
    ended();
  }
}

class RecordingClient {
  readonly #driver: RecordingDriver;

  constructor(driver: RecordingDriver) {
    this.#driver = driver;
  }

  on(): this {
    return this;
  }

  removeListener(): this {
    return this;
  }

  query(sql: string, parameters?: readonly unknown[]): Promise<Answer> {
    return this.#driver.run(sql, parameters ?? []);
  }
}

/** One line of it, for a message. */
export function excerpt(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
