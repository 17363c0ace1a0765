import type { Body, Kind } from '../sql/node.ts';
import { partsOf } from '../sql/node.ts';
import type { Statement } from '../sql/statement.ts';
import type { Work } from './work.ts';
import { unreadable } from './work.ts';

/** What applies a statement of one kind. */
export type Handler<K extends Kind> = (work: Work, body: Body<K>, statement: Statement) => void;
export type Handlers = { readonly [K in Kind]?: Handler<K> };

let handlers: Handlers = {};

/** Statements may have others inside (DO, CREATE SCHEMA): they come back here for them, and so the table is set from outside. */
export function setHandlers(table: Handlers): void {
  handlers = table;
}

/** One statement, without a look at what came of it. @throws {Refusal} */
export function applyNode(work: Work, statement: Statement): void {
  const [kind, body] = partsOf(statement.node);
  const handler = handlers[kind] as ((work: Work, body: unknown, statement: Statement) => void) | undefined;
  if (handler === undefined) unreadable(work, `${wordsOf(kind)} is not known here`);
  else handler(work, body, statement);
}

/** `AlterTableStmt`: alter table. */
const wordsOf = (kind: Kind): string =>
  kind
    .replace(/Stmt$/u, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ')
    .toLowerCase();
