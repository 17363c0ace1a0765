import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Edit } from '../controls/control.ts';
import { stopLeftovers } from './leftovers.ts';

/** An edit that does not fit the product any more: what it breaks was changed, and the control must follow. */
export class StaleEdit extends Error {}

/** The whole workspace in a temporary folder, to be broken: the working tree is only read. */
export class ProductCopy implements AsyncDisposable {
  readonly root: string;
  /** Temporary folder of everything that runs here, so that whatever is left behind can be found. */
  readonly temporary: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.root = join(folder, 'product');
    this.temporary = join(folder, 'tmp');
    mkdirSync(this.temporary);
  }

  /** Of the files under `root` that Git tracks or would track, and of its installed packages as links. */
  static of(root: string): ProductCopy {
    const copy = new ProductCopy(realpathSync(mkdtempSync(join(tmpdir(), 'devplatform-mutate-'))));
    const files = filesOf(root);
    for (const file of files) {
      mkdirSync(dirname(join(copy.root, file)), { recursive: true });
      cpSync(join(root, file), join(copy.root, file), { verbatimSymlinks: true });
    }
    for (const manifest of files.filter((file) => file.endsWith('package.json'))) copy.#linkPackages(root, dirname(manifest));
    return copy;
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** Makes all the edits or none; returns how to take them back. Throws StaleEdit. */
  apply(edits: readonly Edit[]): () => void {
    const before = new Map(edits.map(({ file }) => [file, existsSync(join(this.root, file)) ? this.read(file) : '']));
    const after = new Map(before);
    for (const edit of edits) after.set(edit.file, edited(after.get(edit.file) ?? '', edit));
    const write = (texts: ReadonlyMap<string, string>): void => {
      for (const [file, text] of texts) writeFileSync(join(this.root, file), text);
    };
    write(after);
    return () => {
      write(before);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopLeftovers(this.temporary);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Packages of this workspace lead into the copy, all others to where they are installed. */
  #linkPackages(root: string, workspace: string): void {
    const installed = join(root, workspace, 'node_modules');
    if (!existsSync(installed)) return;
    const own = join(this.root, workspace, 'node_modules');
    mkdirSync(own, { recursive: true });
    // Caches (.vite and the like) are written to: each copy makes its own.
    for (const entry of readdirSync(installed).filter((name) => name === '.bin' || !name.startsWith('.'))) {
      if (entry !== '@devplatform') {
        symlinkSync(join(installed, entry), join(own, entry));
        continue;
      }
      mkdirSync(join(own, entry));
      for (const name of readdirSync(join(installed, entry))) {
        const place = relative(realpathSync(root), realpathSync(join(installed, entry, name)));
        symlinkSync(join(this.root, place), join(own, entry, name));
      }
    }
  }
}

/** Throws StaleEdit where `find` is not there exactly once. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined) throw new StaleEdit(`${file} does not contain: ${firstLine(find)}`);
  if (more.length > 0) throw new StaleEdit(`${file} contains ${more.length + 1} times: ${firstLine(find)}`);
  return before + replace + after;
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';

const filesOf = (root: string): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
