import { type Connection, Refusal } from './connection.ts';
import type { Query, Slot } from './query.ts';
import { type Column, nameOf, quoted, type Table } from './tables.ts';
import { freshValue, valuesOf } from './values.ts';

type Values = readonly (string | null)[];

/** What stands for `$1`: anything that it may be. */
export class Parameters {
  readonly #connection: Connection;
  readonly #tables: readonly Table[];
  readonly #types = new Map<Query, readonly Column[]>();
  readonly #samples = new Map<string, Promise<readonly string[]>>();

  constructor(connection: Connection, tables: readonly Table[]) {
    this.#connection = connection;
    this.#tables = tables;
  }

  /** Forgets the values that it saw in tables. */
  forget(): void {
    this.#samples.clear();
  }

  /** Ordinary values, other ones for each `n`; [undefined] where the query has no parameters. */
  async ordinary(query: Query, n = 0): Promise<readonly (Values | undefined)[]> {
    if (query.parameters.size === 0) return [undefined];
    const types = await this.#typesOf(query);
    return [await Promise.all(types.map((type, i) => this.#ordinary(type, query.parameters.get(i + 1), n * 100 + i)))];
  }

  /** The ordinary ones with one of them replaced by each value that it may be, null too. */
  async variants(query: Query, n: number): Promise<readonly Values[]> {
    const types = await this.#typesOf(query);
    const all: Values[] = [];
    for (const [i, type] of types.entries()) {
      const slot = query.parameters.get(i + 1);
      const others = [
        null,
        ...valuesOf(slot?.column ?? type),
        ...(slot === undefined ? [] : (await this.#sample(slot.table, slot.column)).slice(0, 1)),
      ];
      for (const [k, other] of others.entries()) {
        const [ordinary] = await this.ordinary(query, n + k + i * 20);
        if (ordinary !== undefined) all.push(ordinary.map((value, at) => (at === i ? other : value)));
      }
    }
    return all;
  }

  async #ordinary(type: Column, slot: Slot | undefined, n: number): Promise<string | null> {
    if (slot === undefined) return valuesOf(type)[0] ?? null;
    const { column, table, written } = slot;
    const reference = table.foreign.find(({ columns }) => columns.includes(column.name));
    const parent = this.#tables.find(({ oid }) => oid === reference?.table);
    const referenced = parent?.columns.find(({ name }) => name === reference?.of[reference.columns.indexOf(column.name)]);
    if (written && parent !== undefined && referenced !== undefined) return (await this.#sample(parent, referenced))[0] ?? null;
    const seen = await this.#sample(table, column);
    const isKey = table.unique.some((columns) => columns.includes(column.name));
    const other = written && isKey ? freshValue(column, n, seen[0]) : null;
    return other ?? seen[0] ?? valuesOf(column)[0] ?? null;
  }

  #sample(table: Table, column: Column): Promise<readonly string[]> {
    const key = `${table.oid} ${column.name}`;
    const known = this.#samples.get(key);
    if (known !== undefined) return known;
    const name = quoted(column.name);
    const asked = this.#connection
      .try(`SELECT ${name} FROM ${nameOf(table)} WHERE ${name} IS NOT NULL LIMIT 2`)
      .then((answer) => (answer instanceof Refusal ? [] : answer.rows.flatMap(([value]) => (value == null ? [] : [value]))));
    this.#samples.set(key, asked);
    return asked;
  }

  async #typesOf(query: Query): Promise<readonly Column[]> {
    const known = this.#types.get(query);
    if (known !== undefined) return known;
    const count = Math.max(0, ...query.parameters.keys());
    const prepared = await this.#connection.try(`PREPARE replay AS ${query.text}`);
    let types: Column[] = Array.from({ length: count }, () => typed('text', 'text'));
    if (!(prepared instanceof Refusal)) {
      const { rows } = await this.#connection.ask(`
        SELECT t.typname, format_type(t.oid, NULL) FROM pg_prepared_statements s, unnest(s.parameter_types) WITH ORDINALITY p(type, place)
        JOIN pg_type t ON t.oid = p.type WHERE s.name = 'replay' ORDER BY place`);
      types = rows.map(([type, formatted]) => typed(type ?? 'text', formatted ?? 'text'));
      await this.#connection.ask('DEALLOCATE replay');
    }
    this.#types.set(query, types);
    return types;
  }
}

const typed = (type: string, formatted: string): Column => ({
  ...{ number: 0, name: '', type, formatted, labels: [], notNull: false, hasDefault: false, generated: false },
});
