import { readFileSync } from 'node:fs';
import { basename, extname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError, type Fault } from './fault.ts';
import { Location, type typescriptParser } from './location.ts';
import { shown } from './unit.ts';

/** What can be imported or read. */
export const EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs', '.json'];

/** A file that is to export a configuration; whatever is wrong with it is a ConfigurationError that names it. */
export class ConfigurationFile {
  readonly #file: string;
  readonly #shown: string;
  readonly #parser: typeof typescriptParser;

  constructor(file: string, workspaceRoot: string, parser: typeof typescriptParser) {
    this.#file = file;
    const inside = relative(workspaceRoot, file);
    this.#shown = inside.startsWith('..') ? file : inside;
    this.#parser = parser;
  }

  error(faults: readonly Fault[], cause?: unknown): ConfigurationError {
    return new ConfigurationError(this.#shown, faults, cause);
  }

  async location(): Promise<Location | null> {
    const parser = await this.#parser();
    return parser === null ? null : new Location(parser, this.#file, readFileSync(this.#file, 'utf8'));
  }

  /** What the file exports. */
  async read(): Promise<unknown> {
    const text = this.#text();
    if (this.#file.endsWith('.json')) return this.#json(text);
    const exported = await this.#import();
    if (typeof exported === 'object' && exported !== null && !Array.isArray(exported)) return exported;
    if (exported === undefined) throw this.#fault(`exports nothing by default: ${WRITE_SO}`, null);
    const what = typeof exported === 'function' ? 'a function' : shown(exported);
    throw this.#fault(`exports ${what} and no configuration: ${WRITE_SO}`, (await this.location())?.of([]) ?? null);
  }

  #text(): string {
    if (!EXTENSIONS.includes(extname(this.#file))) {
      throw this.#fault(`${basename(this.#file)} is no file that can be read: ${EXTENSIONS.join(', ')}`, null);
    }
    try {
      return readFileSync(this.#file, 'utf8');
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw this.#fault(missing ? 'there is no such file' : `cannot be read: ${messageOf(error)}`, null, error);
    }
  }

  #json(text: string): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      const line = /\(line (\d+) column/.exec(messageOf(error))?.[1];
      throw this.#fault(`is no JSON: ${messageOf(error)}`, line === undefined ? null : Number(line), error);
    }
  }

  async #import(): Promise<unknown> {
    try {
      // The path of the URL, and not the URL: Jest, too, imports that.
      const module = (await import(pathToFileURL(this.#file).pathname)) as Readonly<Record<string, unknown>>;
      // A CommonJS file that exports nothing exports an empty object all the same.
      const nothing = 'module.exports' in module && Object.keys(module.default as object).length === 0;
      return nothing ? undefined : module.default;
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  /** While it was imported: it has thrown, is not of its language, or imports what is not there or is not. */
  async #failure(error: unknown): Promise<ConfigurationError> {
    const message = messageOf(error);
    const code = (error as { readonly code?: unknown } | null)?.code;
    if (code === 'ERR_MODULE_NOT_FOUND') {
      return this.#fault(`imports what is not there: ${message}`, (await this.location())?.ofImport(message) ?? null, error);
    }
    const line = this.#lineOf(error);
    if (!(error instanceof SyntaxError)) return this.#fault(`throws: ${message}`, line, error);
    const atItsTop = this.#names().some((name) => error.stack?.startsWith(`${name}:`));
    if (atItsTop) return this.#fault(`cannot be parsed: ${message}`, line, error);
    const location = await this.location();
    const fault = location?.syntaxFault() ?? null;
    if (fault !== null || (location === null && line === null)) return this.#fault(`cannot be parsed: ${message}`, fault, error);
    return this.#fault(`${line === null ? 'imports what cannot be parsed' : 'throws'}: ${message}`, line, error);
  }

  /** By which stacks call the file: an ES module is a URL there. */
  #names(): readonly string[] {
    return [pathToFileURL(this.#file).href, this.#file];
  }

  /** The topmost line of this file in the error's stack. */
  #lineOf(error: unknown): number | null {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const [place] = this.#names().flatMap((name) => stack.split(`${name}:`)[1] ?? []);
    const line = Number.parseInt(place ?? '', 10);
    return Number.isNaN(line) ? null : line;
  }

  #fault(message: string, line: number | null, cause?: unknown): ConfigurationError {
    return this.error([{ path: [], message, line }], cause);
  }
}

const WRITE_SO = 'write `export default defineConfig({ … })`';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
