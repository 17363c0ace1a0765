import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Edit } from '../controls/control.ts';
import { ProductCopy } from '../mutation/product-copy.ts';
import { runInCopy } from '../mutation/run-in-copy.ts';
import { RELEASES } from '../releases.ts';
import type { Build } from './bad-release.ts';

const ROOT = join(import.meta.dirname, '../../..');
const GOOD = ['v1.2.0', 'v1.3.0'] as const;
const VERSION_FILE = 'libs/contracts/src/release.ts';

/** Builds bad releases beside the good ones, from a copy of the workspace; the working tree is only read. */
export class Workshop implements AsyncDisposable {
  /** Folder of the releases. */
  readonly releases: string;
  readonly #copy: ProductCopy;
  readonly #built = new Set<string>();

  constructor() {
    this.#copy = ProductCopy.of(ROOT);
    this.releases = join(this.#copy.root, 'dist/releases');
    mkdirSync(this.releases, { recursive: true });
    for (const tag of GOOD) symlinkSync(join(RELEASES, tag), join(this.releases, tag));
  }

  /** Returns the tag. Throws StaleEdit where the sources have changed and an edit does not fit any more. */
  async build({ version, edits, says = version }: Build, signal: AbortSignal = new AbortController().signal): Promise<string> {
    const tag = `v${version}`;
    if (this.#built.has(tag)) return tag;
    const restore = this.#copy.apply([...naming(version, says), ...edits]);
    try {
      const { exitCode, said } = await runInCopy(this.#copy, ['scripts/build.mts', version, '--out', this.releases], signal);
      if (exitCode !== 0) throw new Error(`${tag} cannot be built:\n${said}`);
    } finally {
      restore();
    }
    this.#built.add(tag);
    return tag;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#copy[Symbol.asyncDispose]();
  }
}

/** Makes the sources know the version, and say of themselves that they are `says`. */
const naming = (version: string, says: string): readonly Edit[] => [
  { file: VERSION_FILE, find: "['1.2.0', '1.3.0']", replace: `['1.2.0', '1.3.0', '${version}']` },
  { file: VERSION_FILE, find: "? '1.2.0' : '1.3.0'", replace: `? '1.2.0' : '${says}'` },
];
