import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

/** Where a name of one module is declared. */
export interface Declared {
  readonly module: ts.SourceFile;
  readonly node: ts.Node;
}

/** TypeScript modules as parsed, and how their names find each other across imports and re-exports; nothing is type-checked. */
export class SourceTree {
  readonly #modules = new Map<string, ts.SourceFile>();

  module(path: string): ts.SourceFile {
    let module = this.#modules.get(path);
    if (module === undefined) {
      module = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ESNext, true);
      this.#modules.set(path, module);
    }
    return module;
  }

  /** Path of an imported module; null: it is no TypeScript, so none of the project's own. */
  resolve(from: ts.SourceFile, specifier: string): string | null {
    if (specifier.startsWith('.')) {
      const path = resolve(dirname(from.fileName), specifier);
      return [path, path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}/index.ts`].find((one) => isModule(one) && existsSync(one)) ?? null;
    }
    if (specifier.startsWith('node:')) return null;
    try {
      const path = createRequire(from.fileName).resolve(specifier);
      return isModule(path) ? path : null;
    } catch {
      return null;
    }
  }

  /** The declaration behind an exported name; null: it is not in the project. */
  exported(path: string, name: string): Declared | null {
    const module = this.module(path);
    for (const statement of module.statements) {
      if (ts.isExportDeclaration(statement)) {
        const found = this.#reExported(module, statement, name);
        if (found !== null) return found;
      } else {
        const node = declarationIn(statement, name);
        if (node !== null) return { module, node };
      }
    }
    return this.imported(module, name);
  }

  imported(module: ts.SourceFile, name: string): Declared | null {
    for (const statement of module.statements) {
      if (!ts.isImportDeclaration(statement)) continue;
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
      const element = bindings.elements.find((one) => one.name.text === name);
      const path = element === undefined ? null : this.resolve(module, textOf(statement.moduleSpecifier));
      if (element !== undefined && path !== null) return this.exported(path, (element.propertyName ?? element.name).text);
    }
    return null;
  }

  /**
   * Every module that runs when the entries run, in the order in which it is found. Of a module that only hands on what others declare, as
   * bundlers do, only what is asked for is followed.
   */
  reachable(entries: readonly string[]): readonly ts.SourceFile[] {
    const reached = new Map<string, ts.SourceFile>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      const module = this.module(path);
      reached.set(path, module);
      for (const statement of module.statements) {
        if (ts.isImportDeclaration(statement)) this.#origins(module, statement).forEach(visit);
        else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined && !statement.isTypeOnly) {
          const target = this.resolve(module, textOf(statement.moduleSpecifier));
          if (target !== null) visit(target);
        }
      }
    };
    entries.forEach(visit);
    return [...reached.values()];
  }

  #origins(module: ts.SourceFile, { importClause, moduleSpecifier }: ts.ImportDeclaration): readonly string[] {
    if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
    const path = this.resolve(module, textOf(moduleSpecifier));
    if (path === null) return [];
    const bindings = importClause?.namedBindings;
    if (!this.module(path).statements.every(ts.isExportDeclaration) || bindings === undefined || !ts.isNamedImports(bindings))
      return [path];
    const values = bindings.elements.filter(({ isTypeOnly }) => !isTypeOnly);
    return values.flatMap(({ propertyName, name }) => this.exported(path, (propertyName ?? name).text)?.module.fileName ?? []);
  }

  #reExported(module: ts.SourceFile, statement: ts.ExportDeclaration, name: string): Declared | null {
    const from = statement.moduleSpecifier === undefined ? null : this.resolve(module, textOf(statement.moduleSpecifier));
    if (statement.exportClause === undefined) return from === null ? null : this.exported(from, name);
    if (!ts.isNamedExports(statement.exportClause)) return null;
    const element = statement.exportClause.elements.find((one) => one.name.text === name);
    if (element === undefined) return null;
    const original = (element.propertyName ?? element.name).text;
    if (from !== null) return this.exported(from, original);
    for (const other of module.statements) {
      const node = declarationIn(other, original);
      if (node !== null) return { module, node };
    }
    return this.imported(module, original);
  }
}

/** What one statement declares under this name: a binding, a parameterised function, a class. */
export function declarationIn(statement: ts.Node, name: string): ts.Node | null {
  if (ts.isVariableStatement(statement)) return bindingIn(statement.declarationList, name);
  const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
  return named && statement.name?.text === name ? statement : null;
}

export function bindingIn({ declarations }: ts.VariableDeclarationList, name: string): ts.Node | null {
  for (const declaration of declarations) {
    const found = boundBy(declaration, name);
    if (found !== null) return found;
  }
  return null;
}

/** `declaration` itself, or the part of its pattern that has this name. */
export function boundBy(declaration: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement, name: string): ts.Node | null {
  if (ts.isIdentifier(declaration.name)) return declaration.name.text === name ? declaration : null;
  for (const element of declaration.name.elements) {
    const found = ts.isBindingElement(element) ? boundBy(element, name) : null;
    if (found !== null) return found;
  }
  return null;
}

const isModule = (path: string): boolean => /\.m?tsx?$/.test(path) && !path.endsWith('.d.ts') && !path.includes('/node_modules/');
const textOf = (specifier: ts.Expression): string => (ts.isStringLiteralLike(specifier) ? specifier.text : '');
