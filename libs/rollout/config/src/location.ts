import type ts from 'typescript';

type Parser = typeof ts;

/** null where TypeScript is not installed: a fault is then named by its path alone. Only a faulty configuration has to wait for it. */
export async function typescriptParser(): Promise<Parser | null> {
  try {
    return (await import('typescript')).default;
  } catch {
    return null;
  }
}

/** Finds lines, from 1 on, in the text of a configuration file. */
export class Location {
  readonly #ts: Parser;
  readonly #source: ts.SourceFile;

  constructor(parser: Parser, file: string, text: string) {
    this.#ts = parser;
    this.#source = file.endsWith('.json')
      ? parser.parseJsonText(file, text)
      : parser.createSourceFile(file, text, parser.ScriptTarget.Latest, true);
  }

  /** Of the first place where the text is not of its language; null where there is none. */
  syntaxFault(): number | null {
    const { parseDiagnostics = [] } = this.#source as ts.SourceFile & { readonly parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
    const [first] = parseDiagnostics;
    return first === undefined ? null : this.#line(first.start);
  }

  /** Of the option under the path; of what it would be in, where it is not there. null where not even that is written in this file. */
  of(path: readonly string[]): number | null {
    const root = this.#root();
    if (root === undefined) return null;
    let line: number | null = null;
    let value: ts.Expression | undefined = root;
    for (const key of path) {
      const found: Found | undefined = value === undefined ? undefined : this.#member(value, key);
      if (found === undefined) break;
      line = this.#line(found.node.getStart(this.#source));
      value = found.value;
    }
    return line ?? this.#line(root.getStart(this.#source));
  }

  /** Of the import that the message of a failure is about. */
  ofImport(message: string): number | null {
    for (const statement of this.#source.statements) {
      if (!this.#ts.isImportDeclaration(statement) || !this.#ts.isStringLiteral(statement.moduleSpecifier)) continue;
      const name = statement.moduleSpecifier.text.replace(/^(\.{1,2}\/)+/, '');
      if (message.includes(name)) return this.#line(statement.getStart(this.#source));
    }
    return null;
  }

  #line(position: number): number {
    return this.#source.getLineAndCharacterOfPosition(position).line + 1;
  }

  /** What the file exports. */
  #root(): ts.Expression | undefined {
    for (const statement of this.#source.statements) {
      if (this.#ts.isExportAssignment(statement)) return statement.expression;
      if (!this.#ts.isExpressionStatement(statement)) continue;
      const { expression } = statement;
      if (this.#source.fileName.endsWith('.json')) return expression;
      if (this.#ts.isBinaryExpression(expression) && expression.left.getText(this.#source) === 'module.exports') return expression.right;
    }
    return undefined;
  }

  #member(owner: ts.Expression, key: string): Found | undefined {
    const value = this.#value(owner, 0);
    if (this.#ts.isArrayLiteralExpression(value)) {
      const element = value.elements[Number(key)];
      return element === undefined ? undefined : { node: element, value: element };
    }
    if (!this.#ts.isObjectLiteralExpression(value)) return undefined;
    // The last one wins, as it does when the file runs.
    for (const property of value.properties.toReversed()) {
      if (this.#ts.isSpreadAssignment(property)) {
        const found = this.#member(property.expression, key);
        if (found !== undefined) return found;
      } else if (this.#nameOf(property.name) === key) {
        return { node: property, value: this.#ts.isPropertyAssignment(property) ? property.initializer : shorthand(this.#ts, property) };
      }
    }
    return undefined;
  }

  #nameOf(name: ts.PropertyName): string | undefined {
    const { isIdentifier, isStringLiteralLike, isNumericLiteral } = this.#ts;
    return isIdentifier(name) || isStringLiteralLike(name) || isNumericLiteral(name) ? name.text : undefined;
  }

  /** Through `defineConfig(…)`, `as`, `satisfies`, parentheses and constants of the same file. */
  #value(expression: ts.Expression, depth: number): ts.Expression {
    const { isCallExpression, isAsExpression, isSatisfiesExpression, isParenthesizedExpression, isIdentifier } = this.#ts;
    let inner: ts.Expression | undefined;
    if (isCallExpression(expression)) inner = expression.arguments[0];
    else if (isIdentifier(expression)) inner = this.#constant(expression.text);
    else if (isAsExpression(expression) || isSatisfiesExpression(expression) || isParenthesizedExpression(expression)) {
      inner = expression.expression;
    }
    return inner === undefined || depth > DEEPEST ? expression : this.#value(inner, depth + 1);
  }

  #constant(name: string): ts.Expression | undefined {
    return this.#source.statements
      .filter((statement) => this.#ts.isVariableStatement(statement))
      .flatMap(({ declarationList }) => [...declarationList.declarations])
      .find((declaration) => this.#ts.isIdentifier(declaration.name) && declaration.name.text === name)?.initializer;
  }
}

/** A constant that is made of itself has no end. */
const DEEPEST = 20;

interface Found {
  readonly node: ts.Node;
  readonly value: ts.Expression | undefined;
}

const shorthand = (parser: Parser, property: ts.ObjectLiteralElementLike): ts.Expression | undefined =>
  parser.isShorthandPropertyAssignment(property) ? property.name : undefined;
