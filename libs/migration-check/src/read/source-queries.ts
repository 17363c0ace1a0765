import { relative } from 'node:path';
import ts from 'typescript';
import { calledName, ConstantText, type Defined } from './constant-text.ts';
import { SourceTree } from './source-tree.ts';

/** SQL that code runs by itself, and what it asks of repositories that says more than which columns they map. */
export interface SourceQueries {
  readonly queries: readonly string[];
  readonly repositories: readonly RepositoryCall[];
  /** Calls whose SQL is only known while they run, as `path:line: source`. */
  readonly unread: readonly string[];
}

/** `repository(Entity).delete(…)`, `.upsert(…, ['a', 'b'])`: `table` as the declaration of the entity names it. */
export interface RepositoryCall {
  readonly table: string;
  readonly method: 'delete' | 'upsert';
  /** Of an upsert: the properties under its ON CONFLICT. */
  readonly conflict: readonly string[];
}

export interface SourceOptions {
  /** Modules that are started; what they import is read too, branches that `defined` rules out are not. */
  readonly entries: readonly string[];
  /** `process.env.NAME` as the build replaces it. */
  readonly defined?: Defined;
  /** Paths are given relative to it. */
  readonly root: string;
}

const DELETES: readonly string[] = ['delete', 'remove', 'softDelete'];

/** Reads `.query(…)` and repository calls out of the source; whatever is not text before it runs is said in `unread`. */
export function sourceQueries({ entries, defined = {}, root }: SourceOptions): SourceQueries {
  const tree = new SourceTree();
  const text = new ConstantText(tree, defined);
  const queries = new Set<string>();
  const repositories: RepositoryCall[] = [];
  const unread: string[] = [];

  const call = (node: ts.CallExpression): void => {
    const [first] = node.arguments;
    const method = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : '';
    if (method === 'query' && first !== undefined) {
      const texts = text.of(first);
      if (texts !== null) texts.forEach((one) => queries.add(one));
      else if (!isHandedOn(first)) unread.push(said(node, root));
    }
    if (method === 'upsert' || DELETES.includes(method)) {
      const entity = entityOf(node.expression);
      if (entity === null) return;
      const table = tableOf(tree, entity, text);
      const conflict = method === 'upsert' ? conflictOf(node.arguments[1], text) : [];
      if (table === null || conflict === null) unread.push(said(node, root));
      else repositories.push({ table, method: method === 'upsert' ? 'upsert' : 'delete', conflict });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) call(node);
    const dead = deadBranch(node, text);
    ts.forEachChild(node, (child) => {
      if (child !== dead) visit(child);
    });
  };
  tree.reachable(entries).forEach(visit);
  return { queries: [...queries], repositories, unread };
}

/** `query(sql, …)` in a function that was itself given the SQL: its callers are read, where they say `.query` too. */
function isHandedOn(first: ts.Expression): boolean {
  if (!ts.isIdentifier(first)) return false;
  for (let scope: ts.Node | undefined = first.parent; scope as ts.Node | undefined; scope = scope.parent) {
    if (!ts.isFunctionLike(scope) || !scope.parameters.some(({ name }) => ts.isIdentifier(name) && name.text === first.text)) continue;
    return ts.isMethodDeclaration(scope) && ts.isIdentifier(scope.name) && scope.name.text === 'query';
  }
  return false;
}

function deadBranch(node: ts.Node, text: ConstantText): ts.Node | undefined {
  if (ts.isIfStatement(node)) {
    const truth = text.truth(node.expression);
    return truth === null ? undefined : truth ? node.elseStatement : node.thenStatement;
  }
  if (ts.isConditionalExpression(node)) {
    const truth = text.truth(node.condition);
    return truth === null ? undefined : truth ? node.whenFalse : node.whenTrue;
  }
  const and = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  return and && text.truth(node.left) === false ? node.right : undefined;
}

/** `E` of `….of(E).method`, `….getRepository(E).method`, also by a constant that holds it; null: it is no repository. */
function entityOf(expression: ts.Expression): ts.Identifier | null {
  let receiver = ts.isPropertyAccessExpression(expression) ? expression.expression : expression;
  if (ts.isIdentifier(receiver)) receiver = initializerOf(receiver) ?? receiver;
  if (!ts.isCallExpression(receiver) || !['of', 'getRepository'].includes(calledName(receiver.expression) ?? '')) return null;
  const [entity] = receiver.arguments;
  return entity !== undefined && ts.isIdentifier(entity) ? entity : null;
}

function initializerOf(name: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node | undefined = name.parent; scope as ts.Node | undefined; scope = scope.parent) {
    if (!ts.isBlock(scope)) continue;
    for (const statement of scope.statements) {
      const declarations = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
      const found = declarations.find((one) => ts.isIdentifier(one.name) && one.name.text === name.text);
      if (found !== undefined) return found.initializer;
    }
  }
  return undefined;
}

/** The first text that the entity's declaration is called with. */
function tableOf(tree: SourceTree, entity: ts.Identifier, text: ConstantText): string | null {
  const node = tree.imported(entity.getSourceFile(), entity.text)?.node;
  const made = node !== undefined && ts.isVariableDeclaration(node) ? node.initializer : undefined;
  const first = made !== undefined && ts.isCallExpression(made) ? made.arguments[0] : undefined;
  const names = first === undefined ? null : text.of(first);
  return names?.length === 1 ? (names[0] ?? null) : null;
}

function conflictOf(argument: ts.Expression | undefined, text: ConstantText): readonly string[] | null {
  if (argument === undefined || !ts.isArrayLiteralExpression(argument)) return null;
  const names = argument.elements.map((element) => text.of(element));
  return names.every((one) => one?.length === 1) ? names.flatMap((one) => one ?? []) : null;
}

function said(node: ts.CallExpression, root: string): string {
  const module = node.getSourceFile();
  const { line } = module.getLineAndCharacterOfPosition(node.getStart());
  return `${relative(root, module.fileName)}:${line + 1}: ${node.getText().replaceAll(/\s+/g, ' ').slice(0, 120)}`;
}
