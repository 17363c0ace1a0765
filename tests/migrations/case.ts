import type { Axis, PreviousRelease, TransactionMode, Verdict } from '@devplatform/migration-check';

/** What PostgreSQL measures: the axes that are violated, or that nobody can say. */
export type Measured = 'safe' | 'compat' | 'lock' | 'compat and lock' | 'unknown';

export interface Case {
  /** `topic/name` or `topic/name/which` of a pair. */
  readonly id: string;
  readonly sql: string;
  /** SQL that makes the schema before. */
  readonly schema: string;
  readonly previous: PreviousRelease;
  readonly transaction: TransactionMode;
  readonly verdict: Verdict;
  readonly violates: readonly Axis[];
  readonly why: string;
}

/** What differs between the sides of a pair, and what follows from it. */
interface Outcome {
  readonly measured: Measured;
  readonly why: string;
  readonly schema?: string;
  readonly previous?: PreviousRelease;
  readonly transaction?: TransactionMode;
}

interface Given {
  readonly sql: string;
  readonly schema?: string;
  readonly previous?: PreviousRelease;
  /** Not said: wrapped. */
  readonly transaction?: TransactionMode;
}

type Entry = (topic: string) => readonly Case[];

/** A case of its own. */
export function single(name: string, given: Given & Outcome): Entry {
  return (topic) => [made(`${topic}/${name}`, given, given)];
}

/** The same SQL with opposite verdicts: the sides differ in the previous release, the schema before, or the transaction mode. */
export function pair(name: string, given: Given, sides: Readonly<Record<string, Outcome>>): Entry {
  return (topic) => Object.entries(sides).map(([side, outcome]) => made(`${topic}/${name}/${side}`, given, outcome));
}

export function topic(name: string, ...entries: readonly Entry[]): readonly Case[] {
  return entries.flatMap((entry) => entry(name));
}

/** `columns`: names by table, separated by spaces. */
export function release(columns: Readonly<Record<string, string>>, ...queries: readonly string[]): PreviousRelease {
  return {
    columns: Object.fromEntries(Object.entries(columns).map(([table, names]) => [table, names.split(' ')])),
    queries: [...queries],
  };
}

const AXES: Readonly<Record<Measured, readonly Axis[]>> = {
  safe: [],
  unknown: [],
  compat: ['compat'],
  lock: ['lock'],
  'compat and lock': ['compat', 'lock'],
};

function made(id: string, given: Given, outcome: Outcome): Case {
  const { measured, why } = outcome;
  const schema = outcome.schema ?? given.schema;
  const previous = outcome.previous ?? given.previous;
  if (schema === undefined || previous === undefined) throw new Error(`${id} does not say its schema or its previous release.`);
  return {
    id,
    sql: given.sql,
    schema,
    previous,
    transaction: outcome.transaction ?? given.transaction ?? 'wrapped',
    verdict: measured === 'safe' || measured === 'unknown' ? measured : 'unsafe',
    violates: AXES[measured],
    why,
  };
}
