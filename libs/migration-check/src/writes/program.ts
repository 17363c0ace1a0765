import { parsePlPgSQLSync, parseSync, type Node } from 'libpg-query';
import type { Routine } from '../catalog/catalog.ts';

/** Cannot be followed. */
export class Unreadable extends Error {}

export type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
export const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});
export const listOf = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.filter(isTree) : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

interface Program {
  readonly datums: readonly Tree[];
  readonly action: Tree;
}

const programs = new Map<string, Program | null>();

/** As parsed; null: no PL/pgSQL. */
export function programOf({ language, source }: Routine): Program | null {
  if (language !== 'plpgsql') return null;
  const held = programs.get(source);
  if (held !== undefined) return held;
  const program = parsedProgram(source);
  programs.set(source, program);
  return program;
}

function parsedProgram(source: string): Program | null {
  try {
    const [entry] = listOf(treeOf(parsePlPgSQLSync(source))['plpgsql_funcs']);
    const routine = treeOf(entry?.['PLpgSQL_function']);
    return { datums: listOf(routine['datums']), action: treeOf(routine['action']) };
  } catch {
    return null;
  }
}

/** Names of columns that the function mentions behind NEW or OLD. */
export function mentioned({ source }: Routine): readonly string[] {
  return [
    ...new Set(
      [...source.matchAll(/\b(?:new|old)\s*\.\s*"?(\w+)"?/gi)].map(([, name = '']) =>
        /[A-Z]/.test(name) && source.includes(`"${name}"`) ? name : name.toLowerCase(),
      ),
    ),
  ];
}

/** All expressions and statements in the function, whether it comes to them or not; those that cannot be parsed are left out. */
export function expressionsOf(routine: Routine): readonly Node[] {
  const found: Node[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isTree(value)) return;
    const text = textOf(treeOf(value['PLpgSQL_expr'])['query']);
    const node = text === '' ? null : (attempt(text) ?? attempt(`SELECT ${text.replace(/^[^'"(]*?:?=/, '')}`) ?? attempt(`SELECT ${text}`));
    if (node !== null) found.push(node);
    Object.values(value).forEach(walk);
  };
  walk(programOf(routine)?.action);
  return found;
}

function attempt(text: string): Node | null {
  try {
    return parsed(text);
  } catch {
    return null;
  }
}

const nodes = new Map<string, Node>();

export function parsed(text: string): Node {
  const held = nodes.get(text);
  if (held !== undefined) return held;
  try {
    const node = parseSync(text).stmts?.[0]?.stmt;
    if (node === undefined) throw new Unreadable('an empty statement');
    nodes.set(text, node);
    return node;
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : 'a statement that cannot be read');
  }
}

export function selected(text: string): readonly Node[] {
  const node = parsed(`SELECT ${text}`);
  return 'SelectStmt' in node
    ? (node.SelectStmt.targetList ?? []).flatMap((one) => ('ResTarget' in one ? (one.ResTarget.val ?? []) : []))
    : [];
}
