export { check, checkChain, type Chain, type CheckCase, type CheckReport } from './check.ts';
export type { Migration } from './walk.ts';
export { PreviousRelease } from './previous/previous.ts';
export { loadParser, statementsOf, UnreadableSql, type Statement } from './sql/statement.ts';
export { type Axis, Finding, RuleName, TransactionMode, Verdict, verdictOf } from './verdict.ts';
