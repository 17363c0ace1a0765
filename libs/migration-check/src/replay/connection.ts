import { Client, type CustomTypesConfig, type QueryArrayResult } from 'pg';

/** What the server sent, as text: nothing is parsed, so that nothing is lost. */
export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Of INSERT, UPDATE, DELETE and SELECT. */
  readonly count: number;
}

/** PostgreSQL said no, or the connection ended. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** SQLSTATE; empty where the connection ended. https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly code: string;
  readonly detail: string;
  readonly constraint: string;

  constructor(error: unknown) {
    super(error instanceof Error ? error.message : String(error), { cause: error });
    const { code, detail, constraint } = error as { code?: unknown; detail?: unknown; constraint?: unknown };
    this.code = typeof code === 'string' ? code : '';
    this.detail = typeof detail === 'string' ? detail : '';
    this.constraint = typeof constraint === 'string' ? constraint : '';
  }
}

const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

/** One connection. */
export class Connection implements AsyncDisposable {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
    // What fails is said by the query that was asked.
    client.on('error', () => undefined);
  }

  /** Throws Refusal. */
  static async open(url: string, options = ''): Promise<Connection> {
    const client = new Client({ connectionString: url, application_name: 'migration replay', ...(options === '' ? {} : { options }) });
    const connection = new Connection(client);
    try {
      await client.connect();
    } catch (error) {
      throw new Refusal(error);
    }
    return connection;
  }

  /** Throws Refusal. */
  async ask(text: string, values?: readonly (string | null)[]): Promise<Answer> {
    try {
      const query = { text, rowMode: 'array' as const, types: AS_TEXT, ...(values === undefined ? {} : { values: [...values] }) };
      const answer: unknown = await this.#client.query(query);
      // Of several statements in one text each has its own.
      const last = (Array.isArray(answer) ? answer.at(-1) : answer) as QueryArrayResult<(string | null)[]> | undefined;
      return {
        columns: (last?.fields ?? []).map(({ name, dataTypeID }) => ({ name, type: dataTypeID })),
        rows: last?.rows ?? [],
        count: last?.rowCount ?? 0,
      };
    } catch (error) {
      throw new Refusal(error);
    }
  }

  /** The answer or the refusal. */
  async try(text: string, values?: readonly (string | null)[]): Promise<Answer | Refusal> {
    try {
      return await this.ask(text, values);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}
