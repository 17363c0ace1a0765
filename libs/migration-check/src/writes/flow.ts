import type { Node } from 'libpg-query';
import type { Catalog, Routine } from '../catalog/catalog.ts';
import { known, nothing, open, TRUE, truthsOf, type Abstract } from '../evaluate/abstract.ts';
import { columnsIn } from '../evaluate/domain.ts';
import { evaluate, type Scope } from '../evaluate/evaluate.ts';
import { hazardsOf, type Hazard } from '../evaluate/hazard.ts';
import { listOf, parsed, programOf, selected, textOf, treeOf, isTree, type Tree, Unreadable } from './program.ts';
import type { Row, Rows } from './row.ts';

/** One way through a trigger's function. */
export interface Flow {
  readonly rows: Rows;
  /** What it ran, in order. */
  readonly ran: readonly Ran[];
  readonly end: 'next' | 'new' | 'old' | 'null' | 'unclear' | 'loop' | { readonly raised: string };
}

/** A statement inside of the function with what its names mean there. `unclear`: why it cannot be read. */
export type Ran = { readonly node: Node; readonly scope: Scope } | { readonly unclear: string };

/** A column behind NEW or OLD that the table does not have. */
export class NoSuchField extends Error {}

interface State {
  readonly rows: Rows;
  readonly variables: ReadonlyMap<string, Abstract>;
  readonly ran: readonly Ran[];
  /** Columns that an IF or CASE on the way has looked at. */
  readonly tested: ReadonlySet<string>;
}

const MOST_FLOWS = 64;
const NO_RETURN = { raised: 'control reached end of trigger procedure without RETURN' };
const EXCEPTION = 21;

interface Followed {
  readonly flows: readonly Flow[];
  readonly hazards: readonly Hazard[];
}

/**
 * Every way through a trigger's function for these rows.
 * @throws Unreadable, NoSuchField where it is in another language, runs dynamic SQL, or has too many ways.
 */
export function follow(routine: Routine, operation: string, rows: Rows, catalog: Catalog): Followed {
  const program = programOf(routine);
  if (program === null) throw new Unreadable(`the ${routine.language} function ${routine.name} cannot be read`);
  const variables = new Map<string, Abstract>([['tg_op', known(operation.toUpperCase(), 'text')]]);
  const run = new Run(program.datums, catalog);
  const flows = run.statements([program.action], run.declared({ rows, variables, ran: [], tested: new Set() }));
  return { flows: flows.map((flow) => (flow.end === 'next' ? { ...flow, end: NO_RETURN } : flow)), hazards: run.hazards };
}

type Living = Flow & { readonly state: State };

class Run {
  readonly #datums: readonly Tree[];
  readonly #catalog: Catalog;
  /** What expressions that it comes to may raise. */
  hazards: readonly Hazard[] = [];

  constructor(datums: readonly Tree[], catalog: Catalog) {
    this.#datums = datums;
    this.#catalog = catalog;
  }

  declared(state: State): State {
    const variables = new Map(state.variables);
    for (const datum of this.#datums) {
      const variable = treeOf(datum['PLpgSQL_var']);
      const name = textOf(variable['refname']);
      if (name === '' || variables.has(name)) continue;
      const initial = treeOf(treeOf(variable['default_val'])['PLpgSQL_expr']);
      const value = textOf(initial['query']);
      const built = name.startsWith('tg_') || name === 'found' || name === 'sqlstate' || name === 'sqlerrm';
      variables.set(name, built ? open('unclear') : value === '' ? nothing : this.#value(value, { ...state, variables }));
    }
    return { ...state, variables };
  }

  statements(list: readonly Tree[], from: State): readonly Living[] {
    let flows: Living[] = [living(from, 'next')];
    for (const statement of list) {
      flows = flows.flatMap((flow) => (flow.end === 'next' ? this.#statement(statement, flow.state) : [flow]));
      if (flows.length > MOST_FLOWS) throw new Unreadable('it has too many branches');
    }
    return flows;
  }

  #statement(statement: Tree, state: State): readonly Living[] {
    const [kind = '', body] = Object.entries(statement)[0] ?? [];
    const node = treeOf(body);
    switch (kind) {
      case 'PLpgSQL_stmt_block':
        return this.#block(node, state);
      case 'PLpgSQL_stmt_assign':
        return [living(this.#assign(node, state), 'next')];
      case 'PLpgSQL_stmt_if':
        return this.#branches(
          [
            { test: node['cond'], body: listOf(node['then_body']) },
            ...listOf(node['elsif_list']).map((one) => {
              const branch = treeOf(one['PLpgSQL_if_elsif']);
              return { test: branch['cond'], body: listOf(branch['stmts']) };
            }),
          ],
          listOf(node['else_body']),
          state,
        );
      case 'PLpgSQL_stmt_case':
        return this.#caseOf(node, state);
      case 'PLpgSQL_stmt_return':
        return [living(state, this.#returned(node, state))];
      case 'PLpgSQL_stmt_raise':
        if (node['elog_level'] !== undefined && node['elog_level'] !== EXCEPTION) return [living(state, 'next')];
        return [living(state, { raised: textOf(node['message']) || textOf(node['condname']) || 'an exception' })];
      case 'PLpgSQL_stmt_assert':
        return [living(state, 'next'), living(state, { raised: 'assertion failed' })];
      case 'PLpgSQL_stmt_perform':
        return [living(this.#ran(node['expr'], state), 'next')];
      case 'PLpgSQL_stmt_execsql':
        return [living(this.#into(node, this.#ran(node['sqlstmt'], state)), 'next')];
      case 'PLpgSQL_stmt_dynexecute':
      case 'PLpgSQL_stmt_dynfors':
        throw new Unreadable('it runs EXECUTE');
      case 'PLpgSQL_stmt_loop':
      case 'PLpgSQL_stmt_while':
      case 'PLpgSQL_stmt_fori':
      case 'PLpgSQL_stmt_fors':
      case 'PLpgSQL_stmt_foreach_a':
        return this.#loop(node, state);
      case 'PLpgSQL_stmt_exit':
        return [living(state, 'loop')];
      case 'PLpgSQL_stmt_getdiag':
        return [living(state, 'next')];
      default:
        throw new Unreadable(`${kind.replace('PLpgSQL_stmt_', '').toUpperCase()} is not followed`);
    }
  }

  #block(node: Tree, state: State): readonly Living[] {
    const before = this.hazards;
    const flows = this.statements(listOf(node['body']), state);
    const handlers = listOf(treeOf(treeOf(node['exceptions'])['PLpgSQL_exception_block'])['exc_list']).map((one) =>
      listOf(treeOf(one['PLpgSQL_exception'])['action']),
    );
    if (handlers.length === 0) return flows;
    this.hazards = before;
    // Anything in it may fail, and then what it did is undone.
    return [...flows.filter(({ end }) => typeof end === 'string'), ...handlers.flatMap((handler) => this.statements(handler, state))];
  }

  #branches(branches: readonly { test: unknown; body: readonly Tree[] }[], rest: readonly Tree[], state: State): readonly Living[] {
    const flows: Living[] = [];
    let inside = state;
    for (const { test, body } of branches) {
      const truths = truthsOf(this.#expression(test, inside));
      inside = {
        ...inside,
        tested: new Set([...inside.tested, ...columnsIn(selected(textOf(treeOf(treeOf(test)['PLpgSQL_expr'])['query'])))]),
      };
      if ((truths & TRUE) !== 0) flows.push(...this.statements(body, inside));
      if (truths === TRUE) return flows;
    }
    return [...flows, ...this.statements(rest, inside)];
  }

  #caseOf(node: Tree, state: State): readonly Living[] {
    const variable = treeOf(treeOf(this.#datums[numberOf(node['t_varno'])])['PLpgSQL_var']);
    const name = textOf(variable['refname']);
    const inside = name === '' ? state : withVariable(state, name, this.#expression(node['t_expr'], state));
    const branches = listOf(node['case_when_list']).map((one) => {
      const branch = treeOf(one['PLpgSQL_case_when']);
      return { test: branch['expr'], body: listOf(branch['stmts']) };
    });
    const rest = node['have_else'] === true ? listOf(node['else_stmts']) : [{ PLpgSQL_stmt_raise: { message: 'case not found' } }];
    return this.#branches(branches, rest, inside);
  }

  /** Any number of times: what it assigns may be anything, and what it runs it may run. */
  #loop(node: Tree, state: State): readonly Living[] {
    const started = [node['query'], node['lower'], node['upper'], node['cond'], node['expr']].reduce<State>(
      (one, part) => (isTree(part) && 'query' in treeOf(part['PLpgSQL_expr']) && part === node['query'] ? this.#ran(part, one) : one),
      state,
    );
    const before = this.#forgotten(node, started);
    const flows = this.statements(listOf(node['body']), before);
    return [
      living(started, 'next'),
      ...flows.map((flow) =>
        flow.end === 'loop' || flow.end === 'next' ? living({ ...this.#forgotten(node, flow.state), ran: flow.ran }, 'next') : flow,
      ),
    ];
  }

  /** Without what is known of variables and columns that stand under a node as targets. */
  #forgotten(node: Tree, state: State): State {
    let forgotten = state;
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk);
      else if (isTree(value)) {
        if (typeof value['varno'] === 'number') forgotten = this.#set(value['varno'], open('unclear'), forgotten);
        const name = textOf(treeOf(value['PLpgSQL_var'])['refname']);
        if (name !== '') forgotten = withVariable(forgotten, name, open('unclear'));
        Object.values(value).forEach(walk);
      }
    };
    walk(node);
    return forgotten;
  }

  #assign(node: Tree, state: State): State {
    const text = textOf(treeOf(treeOf(node['expr'])['PLpgSQL_expr'])['query']);
    const at = /:?=/.exec(text);
    const value = at === null ? open('unclear') : this.#value(text.slice(at.index + at[0].length), state);
    return this.#set(numberOf(node['varno']), value, state);
  }

  #set(varno: number, value: Abstract, state: State): State {
    const datum = treeOf(this.#datums[varno]);
    const field = datum['PLpgSQL_recfield'];
    const name = textOf(treeOf(datum['PLpgSQL_var'])['refname']);
    if (name !== '') return withVariable(state, name, value);
    if (field !== undefined) {
      const record = textOf(treeOf(treeOf(this.#datums[numberOf(treeOf(field)['recparentno'])])['PLpgSQL_rec'])['refname']);
      if (record !== 'new') return state;
      const row = new Map(state.rows.new);
      const column = textOf(treeOf(field)['fieldname']);
      if (!row.has(column)) throw new NoSuchField(`record "new" has no field "${column}"`);
      return { ...state, rows: { ...state.rows, new: row.set(column, value) } };
    }
    if (textOf(treeOf(datum['PLpgSQL_rec'])['refname']) === 'new') throw new Unreadable('it replaces NEW as a whole');
    return state;
  }

  #into(node: Tree, state: State): State {
    if (node['into'] !== true) return state;
    const target = treeOf(node['target']);
    const found = withVariable(state, 'found', open('bool', { nullable: false }));
    const fields = listOf(treeOf(target['PLpgSQL_row'])['fields']);
    return fields.reduce((one, field) => this.#set(numberOf(field['varno']), open('unclear'), one), found);
  }

  #ran(expression: unknown, state: State): State {
    const text = textOf(treeOf(treeOf(expression)['PLpgSQL_expr'])['query']);
    const [node, scope] = [parsed(text), this.#scope(state)];
    this.#ask('SelectStmt' in node && node.SelectStmt.fromClause !== undefined ? undefined : node, scope, state);
    return { ...state, ran: [...state.ran, { node, scope }] };
  }

  #returned(node: Tree, state: State): Flow['end'] {
    const text = textOf(treeOf(treeOf(node['expr'])['PLpgSQL_expr'])['query'])
      .trim()
      .toLowerCase();
    if (text === 'null') return 'null';
    if (text === 'new' || text === 'old') return state.rows[text] === null ? 'null' : text;
    if (text !== '') return /^coalesce\s*\(\s*new\s*,\s*old\s*\)$/.test(text) ? (state.rows.new === null ? 'old' : 'new') : 'unclear';
    // The parser ends every function with an empty one.
    if (typeof node['retvarno'] !== 'number' || node['retvarno'] < 0) return NO_RETURN;
    const record = textOf(treeOf(treeOf(this.#datums[node['retvarno']])['PLpgSQL_rec'])['refname']);
    if (record !== 'new' && record !== 'old') return 'unclear';
    return state.rows[record] === null ? 'null' : record;
  }

  #expression(expression: unknown, state: State): Abstract {
    return this.#value(textOf(treeOf(treeOf(expression)['PLpgSQL_expr'])['query']), state);
  }

  #value(text: string, state: State): Abstract {
    const [target] = selected(text);
    if (target === undefined) return open('unclear');
    this.#ask(target, this.#scope(state), state);
    return evaluate(target, this.#scope(state));
  }

  #ask(node: Node | undefined, scope: Scope, { tested }: State): void {
    this.hazards = [...this.hazards, ...hazardsOf(node, scope, tested)];
  }

  #scope({ rows, variables }: State): Scope {
    return {
      catalog: this.#catalog,
      resolve: (parts) => {
        const [first = '', second] = parts;
        if (second === undefined)
          return (
            variables.get(first) ??
            (first === 'new' || first === 'old' ? (rows[first] === null ? nothing : open('unclear', { nullable: false })) : null)
          );
        if (first !== 'new' && first !== 'old') return null;
        if (second === '*') return null;
        if (rows[first]?.has(second) === false) throw new NoSuchField(`record "${first}" has no field "${second}"`);
        return rows[first]?.get(second) ?? nothing;
      },
    };
  }
}

const living = (state: State, end: Flow['end']): Living => ({ rows: state.rows, ran: state.ran, end, state });

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

const withVariable = (state: State, name: string, value: Abstract): State => ({
  ...state,
  variables: new Map(state.variables).set(name, value),
});

/** The condition of WHEN or IF is false or null in every case. */
export const neverHolds = (value: Abstract): boolean => value.kind !== 'fault' && (truthsOf(value) & TRUE) === 0;

/** Names behind NEW and OLD as one scope. */
export function triggerScope(rows: { readonly new: Row | null; readonly old: Row | null }, catalog: Catalog): Scope {
  return {
    catalog,
    resolve: ([record = '', name = '']) =>
      record === 'new' || record === 'old' ? (rows[record]?.get(name) ?? (rows[record] === null ? nothing : null)) : null,
  };
}
