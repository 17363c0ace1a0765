import { parseArgs } from 'node:util';
import { z } from 'zod';
import { TransactionMode } from '../verdict.ts';
import { UnreadableInput } from './unreadable-input.ts';

export const Format = z.enum(['text', 'json', 'sarif', 'github']);
export type Format = z.infer<typeof Format>;

/** What the command line asks for. */
export interface Arguments {
  readonly help: boolean;
  readonly sql: readonly string[];
  readonly schema: string | null;
  readonly previous: string | null;
  readonly transaction: TransactionMode;
  readonly batch: string | null;
  readonly format: Format;
  readonly replay: boolean;
  /** Of the PostgreSQL that the replay runs on; null: the embedded one. */
  readonly databaseUrl: string | null;
}

/** Throws UnreadableInput where options are unknown or do not go together. */
export function argumentsOf(words: readonly string[]): Arguments {
  const values = parsedWords(words);
  const batch = values.batch ?? null;
  const sql = values.sql ?? [];
  if (batch !== null && [values.sql, values.schema, values.previous, values.transaction].some((value) => value !== undefined)) {
    throw wrong('--batch names its files itself: it takes no --sql, --schema, --previous or --transaction');
  }
  if (batch === null && sql.length === 0 && [values.schema, values.previous, values.transaction].some((value) => value !== undefined)) {
    throw wrong('--schema, --previous and --transaction go with --sql FILE');
  }
  if (values.json && values.format !== undefined && values.format !== 'json')
    throw wrong(`--json and --format ${values.format} exclude each other`);
  const format = chosen('--format', Format, values.json ? 'json' : (values.format ?? (batch === null ? 'text' : 'json')));
  if (batch !== null && format !== 'json') throw wrong('--batch answers with JSON, a line for each case: leave --format out');
  const databaseUrl = values['database-url'] ?? null;
  return {
    ...{ help: values.help ?? false, sql, schema: values.schema ?? null, previous: values.previous ?? null, batch, format },
    transaction: chosen('--transaction', TransactionMode, values.transaction ?? 'wrapped'),
    ...{ replay: values.replay === true || databaseUrl !== null, databaseUrl },
  };
}

function parsedWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        sql: { type: 'string', multiple: true },
        schema: { type: 'string' },
        previous: { type: 'string' },
        transaction: { type: 'string' },
        batch: { type: 'string' },
        format: { type: 'string' },
        json: { type: 'boolean' },
        replay: { type: 'boolean' },
        'database-url': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

function chosen<T extends string>(option: string, choice: z.ZodType<T> & { readonly options: readonly T[] }, value: string): T {
  const { success, data } = choice.safeParse(value);
  if (success) return data;
  throw wrong(`${option} ${value} is none of ${choice.options.join(', ')}`);
}

const wrong = (reason: string): UnreadableInput =>
  new UnreadableInput(`${reason}. Nothing was judged. (--help shows the options and examples)`);
