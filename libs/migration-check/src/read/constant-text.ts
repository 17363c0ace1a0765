import ts from 'typescript';
import { bindingIn, boundBy, declarationIn, type SourceTree } from './source-tree.ts';

/** Replaced as the bundler replaces it: `process.env.NAME` → a text. */
export type Defined = Readonly<Record<string, string>>;
/** Arguments of the calls that led here, by parameter. */
type Given = ReadonlyMap<ts.Node, { readonly expression: ts.Expression | undefined; readonly given: Given }>;

const NOTHING: Given = new Map();
/** More alternatives than this are no list of statements any more. */
const ALTERNATIVES = 64;
const DEPTH = 20;

/**
 * Texts that an expression can be, without running it: literals, templates, constants of whatever module, both sides of a condition, functions
 * that return one expression, and a parameter by all calls in its module. null: it depends on what nobody knows before.
 */
export class ConstantText {
  readonly #tree: SourceTree;
  readonly #defined: Defined;

  constructor(tree: SourceTree, defined: Defined) {
    this.#tree = tree;
    this.#defined = defined;
  }

  of(expression: ts.Expression): readonly string[] | null {
    return this.#texts(expression, NOTHING, 0);
  }

  /** Of a condition; null: either. */
  truth(expression: ts.Expression, depth = 0): boolean | null {
    const bare = unwrapped(expression);
    if (depth > DEPTH) return null;
    if (bare.kind === ts.SyntaxKind.TrueKeyword) return true;
    if (bare.kind === ts.SyntaxKind.FalseKeyword) return false;
    if (ts.isPrefixUnaryExpression(bare) && bare.operator === ts.SyntaxKind.ExclamationToken) {
      const truth = this.truth(bare.operand, depth + 1);
      return truth === null ? null : !truth;
    }
    if (ts.isIdentifier(bare)) {
      const declaration = this.#declaration(bare);
      const initializer = declaration !== null && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
      return initializer === undefined ? null : this.truth(initializer, depth + 1);
    }
    if (!ts.isBinaryExpression(bare)) return null;
    const equal = bare.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken;
    if (!equal && bare.operatorToken.kind !== ts.SyntaxKind.ExclamationEqualsEqualsToken) return null;
    const [left, right] = [this.#texts(bare.left, NOTHING, depth + 1), this.#texts(bare.right, NOTHING, depth + 1)];
    if (left?.length !== 1 || right?.length !== 1) return null;
    return (left[0] === right[0]) === equal;
  }

  #texts(expression: ts.Expression | undefined, given: Given, depth: number): readonly string[] | null {
    if (expression === undefined || depth > DEPTH) return null;
    const bare = unwrapped(expression);
    const texts = (one: ts.Expression | undefined): readonly string[] | null => this.#texts(one, given, depth + 1);
    if (ts.isStringLiteralLike(bare)) return [bare.text];
    if (ts.isNumericLiteral(bare)) return [String(Number(bare.text.replaceAll('_', '')))];
    if (ts.isTemplateExpression(bare))
      return joined([[bare.head.text], ...bare.templateSpans.flatMap(({ expression: part, literal }) => [texts(part), [literal.text]])]);
    if (ts.isConditionalExpression(bare)) {
      const truth = this.truth(bare.condition);
      return truth === null ? either(texts(bare.whenTrue), texts(bare.whenFalse)) : texts(truth ? bare.whenTrue : bare.whenFalse);
    }
    if (ts.isBinaryExpression(bare)) return this.#binary(bare, texts);
    if (ts.isPropertyAccessExpression(bare)) return this.#environment(bare);
    if (ts.isCallExpression(bare)) return this.#called(bare, given, depth);
    return ts.isIdentifier(bare) ? this.#named(bare, given, depth) : null;
  }

  #binary(
    { left, right, operatorToken }: ts.BinaryExpression,
    texts: (one: ts.Expression) => readonly string[] | null,
  ): readonly string[] | null {
    const [a, b] = [texts(left), texts(right)];
    if (operatorToken.kind === ts.SyntaxKind.PlusToken && !numeric(a, b)) return joined([a, b]);
    if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) return either(a, b);
    if (a?.length !== 1 || b?.length !== 1) return null;
    const [x, y] = [Number(a[0]), Number(b[0])];
    const results = new Map([
      [ts.SyntaxKind.PlusToken, x + y],
      [ts.SyntaxKind.MinusToken, x - y],
      [ts.SyntaxKind.AsteriskToken, x * y],
      [ts.SyntaxKind.SlashToken, x / y],
    ] as const);
    const result = (results as ReadonlyMap<ts.SyntaxKind, number>).get(operatorToken.kind);
    return result === undefined || Number.isNaN(result) ? null : [String(result)];
  }

  #environment(access: ts.PropertyAccessExpression): readonly string[] | null {
    const value = access.expression.getText() === 'process.env' ? this.#defined[access.name.text] : undefined;
    return value === undefined ? null : [value];
  }

  /** A function whose body is one expression, with the arguments of this call. */
  #called({ expression, arguments: args }: ts.CallExpression, given: Given, depth: number): readonly string[] | null {
    const declaration = ts.isIdentifier(expression) ? this.#declaration(expression) : null;
    const made = declaration !== null && ts.isVariableDeclaration(declaration) ? declaration.initializer : declaration;
    if (made === null || made === undefined || !(ts.isArrowFunction(made) || ts.isFunctionDeclaration(made))) return null;
    const returned = returnOf(made);
    if (returned === undefined) return null;
    return this.#texts(returned, new Map(made.parameters.map((parameter, i) => [parameter, { expression: args[i], given }])), depth + 1);
  }

  #named(name: ts.Identifier, given: Given, depth: number): readonly string[] | null {
    const declaration = this.#declaration(name);
    if (declaration === null) return null;
    if (ts.isParameter(declaration)) {
      const argument = given.get(declaration);
      if (argument?.expression !== undefined) return this.#texts(argument.expression, argument.given, depth + 1);
      if (argument !== undefined) return this.#texts(declaration.initializer, given, depth + 1);
      return this.#fromCalls(declaration, depth);
    }
    if (ts.isVariableDeclaration(declaration)) {
      const constant = (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
      return constant ? this.#texts(declaration.initializer, given, depth + 1) : null;
    }
    return ts.isBindingElement(declaration) ? this.#part(declaration, given, depth) : null;
  }

  /** `const [a, b] = condition ? [x, y] : [z, w]` */
  #part(element: ts.BindingElement, given: Given, depth: number): readonly string[] | null {
    const { parent } = element;
    const whole = parent.parent;
    if (!ts.isArrayBindingPattern(parent) || !ts.isVariableDeclaration(whole) || whole.initializer === undefined) return null;
    const at = parent.elements.indexOf(element);
    const arrays = branches(whole.initializer).map((one) => (ts.isArrayLiteralExpression(one) ? one.elements[at] : undefined));
    return arrays.map((one) => this.#texts(one, given, depth + 1)).reduce(either);
  }

  /** What all calls of the same module give; null where it is exported or handed on, so that others may call it. */
  #fromCalls(parameter: ts.ParameterDeclaration, depth: number): readonly string[] | null {
    const owner = parameter.parent;
    const holder = ts.isVariableDeclaration(owner.parent) ? owner.parent : owner;
    const called = ts.getNameOfDeclaration(holder)?.getText() ?? null;
    const isPrivate = ts.isMethodDeclaration(owner) ? ts.isPrivateIdentifier(owner.name) : !isExported(holder);
    if (called === null || !isPrivate) return null;
    const at = owner.parameters.indexOf(parameter);
    const values: (readonly string[] | null)[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && calledName(node.expression) === called)
        values.push(this.#texts(node.arguments[at] ?? parameter.initializer, NOTHING, depth + 1));
      // Handed on as a value, anybody may call it.
      else if ((ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && node.text === called && !isCalledOrDeclared(node))
        values.push(null);
      ts.forEachChild(node, visit);
    };
    visit(parameter.getSourceFile());
    return values.length === 0 ? null : values.reduce(either);
  }

  /** By the nearest scope around, then by imports. */
  #declaration(name: ts.Identifier): ts.Node | null {
    for (let scope: ts.Node | undefined = name.parent; scope as ts.Node | undefined; scope = scope.parent) {
      if (ts.isFunctionLike(scope)) {
        for (const parameter of scope.parameters) {
          const found = ts.isParameter(parameter) ? boundBy(parameter, name.text) : null;
          if (found !== null) return found;
        }
      }
      if (ts.isForOfStatement(scope) || ts.isForStatement(scope) || ts.isForInStatement(scope)) {
        const list = scope.initializer;
        // What runs through a loop is not one value.
        if (list !== undefined && ts.isVariableDeclarationList(list) && bindingIn(list, name.text) !== null) return null;
      }
      if (!ts.isBlock(scope) && !ts.isSourceFile(scope) && !ts.isCaseClause(scope)) continue;
      for (const statement of scope.statements) {
        const found = declarationIn(statement, name.text);
        if (found !== null) return found;
      }
    }
    return this.#tree.imported(name.getSourceFile(), name.text)?.node ?? null;
  }
}

function unwrapped(expression: ts.Expression): ts.Expression {
  const wraps = ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression);
  return wraps || ts.isNonNullExpression(expression) ? unwrapped(expression.expression) : expression;
}

function branches(expression: ts.Expression): readonly ts.Expression[] {
  const bare = unwrapped(expression);
  return ts.isConditionalExpression(bare) ? [...branches(bare.whenTrue), ...branches(bare.whenFalse)] : [bare];
}

function returnOf(made: ts.ArrowFunction | ts.FunctionDeclaration): ts.Expression | undefined {
  if (made.body === undefined || !ts.isBlock(made.body)) return made.body;
  const [only, ...more] = made.body.statements;
  return only !== undefined && more.length === 0 && ts.isReturnStatement(only) ? only.expression : undefined;
}

function isCalledOrDeclared(name: ts.Identifier | ts.PrivateIdentifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent))
    return parent.name !== name || (ts.isCallExpression(parent.parent) && parent.parent.expression === parent);
  return ts.isCallExpression(parent) ? parent.expression === name : ts.getNameOfDeclaration(parent as ts.Declaration) === name;
}

function isExported(node: ts.Node): boolean {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

export function calledName(expression: ts.Expression): string | null {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : null;
}

const numeric = (...texts: readonly (readonly string[] | null)[]): boolean =>
  texts.every((one) => one?.every((text) => /^-?[\d.]+$/.test(text)) === true);

function either(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return null;
  const all = [...new Set([...a, ...b])];
  return all.length > ALTERNATIVES ? null : all;
}

function joined(parts: readonly (readonly string[] | null)[]): readonly string[] | null {
  let all: readonly string[] = [''];
  for (const part of parts) {
    if (part === null || all.length * part.length > ALTERNATIVES) return null;
    all = all.flatMap((before) => part.map((after) => before + after));
  }
  return all;
}
