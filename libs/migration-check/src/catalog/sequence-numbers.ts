import type { Node, SelectStmt } from 'libpg-query';
import { all, as, constantOf, stringsOf, within } from '../sql/node.ts';
import type { Catalog, Sequence } from './catalog.ts';
import { findRelation, findSequence, qualified } from './lookup.ts';

const MOST: Readonly<Record<string, number>> = { int2: 32_767, smallint: 32_767, int4: 2_147_483_647, integer: 2_147_483_647 };
/** What a number that fits to the rows is computed from. */
const FITTING = new Set(['max', 'nextval', 'greatest']);

/** Options of CREATE and ALTER SEQUENCE, and of an identity. https://www.postgresql.org/docs/18/sql-altersequence.html */
export function setNumbers(sequence: Sequence, options: readonly Node[] | undefined): void {
  for (const { defname, arg } of all('DefElem', options)) {
    const number = numberOf(arg);
    if (defname === 'start') sequence.start = number ?? 1;
    if (defname === 'as') sequence.maximum = MOST[stringsOf(as('TypeName', arg)?.names).at(-1) ?? ''] ?? null;
    if (defname === 'maxvalue') sequence.maximum = number;
    if (defname === 'cycle') sequence.cycles = as('Boolean', arg)?.boolval === true;
  }
  const restart = all('DefElem', options).find(({ defname }) => defname === 'restart');
  if (restart !== undefined) moveTo(sequence, numberOf(restart.arg) ?? sequence.start ?? 1);
}

/** SELECT setval(…): to a number, or to one that is computed from the rows and so fits them. */
export function setValues({ catalog }: { readonly catalog: Catalog }, select: SelectStmt): void {
  for (const { funcname, args = [] } of within('FuncCall', select.targetList)) {
    const [of, value, called] = args;
    const sequence = stringsOf(funcname).at(-1) === 'setval' ? sequenceOf(catalog, of) : null;
    if (sequence === null) continue;
    const number = numberOf(value);
    const computed = within('FuncCall', value).some((one) => FITTING.has(stringsOf(one.funcname).at(-1) ?? ''));
    if (number !== null) moveTo(sequence, constantOf(called) === false ? number : number + 1);
    else if (computed || JSON.stringify(value ?? null).includes('last_value')) sequence.fitted = true;
    else moveTo(sequence, null);
  }
}

function moveTo(sequence: Sequence, next: number | null): void {
  sequence.fitted = false;
  sequence.moved = { times: (sequence.moved?.times ?? 0) + 1, next };
}

/** A name in a text, or pg_get_serial_sequence(). */
function sequenceOf(catalog: Catalog, node: Node | undefined): Sequence | null {
  const cast = as('TypeCast', node);
  if (cast !== undefined) return sequenceOf(catalog, cast.arg);
  const call = as('FuncCall', node);
  if (call !== undefined) {
    const [table, column] = (call.args ?? []).map((arg) => String(constantOf(arg) ?? ''));
    const relation = findRelation(catalog, named(table ?? ''));
    const id = relation?.columns.find(({ name }) => name === column)?.id;
    return [...catalog.sequences.values()].find(({ ownedBy }) => ownedBy !== null && ownedBy.column === id) ?? null;
  }
  const text = constantOf(node);
  return typeof text === 'string' ? findSequence(catalog, named(text)) : null;
}

const named = (text: string) => qualified(text.split('.').map((part) => part.replaceAll('"', '')));

function numberOf(node: Node | undefined): number | null {
  if (node === undefined) return null;
  const negative = as('A_Expr', node);
  if (negative !== undefined && negative.lexpr === undefined) {
    const number = numberOf(negative.rexpr);
    return number === null ? null : -number;
  }
  const plain = as('Integer', node)?.ival ?? as('Float', node)?.fval ?? constantOf(node);
  const number = 'Integer' in node ? (plain ?? 0) : plain;
  return number === undefined || number === null || typeof number === 'boolean' || Number.isNaN(Number(number)) ? null : Number(number);
}
