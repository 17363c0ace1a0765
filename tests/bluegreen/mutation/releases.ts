import { cpSync, globSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Edit } from '../controls/control.ts';
import type { ProductCopy } from './product-copy.ts';
import { runInCopy } from './run-in-copy.ts';
import { summary } from './verdict.ts';

/** What scripts/build.mts builds; `frontend` with the page. */
const APPS = ['backend', 'worker', 'frontend'] as const;
type App = (typeof APPS)[number];

/** Vite writes no source maps: whatever is under these may be in the page. */
const PAGE = ['apps/frontend/', 'libs/session/', 'libs/contracts/'];

/** The edits leave something that cannot be built. */
export class BuildFailed extends Error {}

/**
 * The releases of a copy as the tests find them, `dist/releases`: those of the unbroken product, built once, or those of the
 * broken one, of which only the applications are built again that an edited file is part of.
 */
export class Releases {
  readonly #copy: ProductCopy;
  readonly #parts: Readonly<Record<App, ReadonlySet<string>>>;

  private constructor(copy: ProductCopy) {
    this.#copy = copy;
    this.#parts = { backend: this.#sources('backend'), worker: this.#sources('worker'), frontend: this.#sources('frontend') };
  }

  /** Throws BuildFailed where the unbroken product cannot be built. */
  static async build(copy: ProductCopy, signal: AbortSignal): Promise<Releases> {
    await build(copy, 'sound', [], signal);
    return new Releases(copy);
  }

  /** The unbroken product from now on. */
  restore(): void {
    this.#show('sound');
  }

  /** The product with these edits, which must have been made in the copy. Throws BuildFailed. */
  async rebuild(edits: readonly Edit[], signal: AbortSignal): Promise<void> {
    const apps = APPS.filter((app) => edits.some(({ file }) => this.#isPart(file, app)));
    if (apps.length === 0) {
      this.restore();
      return;
    }
    rmSync(this.#folder('broken'), { recursive: true, force: true });
    cpSync(this.#folder('sound'), this.#folder('broken'), { recursive: true });
    await build(this.#copy, 'broken', apps, signal);
    this.#show('broken');
  }

  #isPart(file: string, app: App): boolean {
    return this.#parts[app].has(file) || (app === 'frontend' && PAGE.some((folder) => file.startsWith(folder)));
  }

  /** Files of the workspace that were bundled into an application, as its source maps say. */
  #sources(app: App): ReadonlySet<string> {
    const maps = globSync(`*/${app}/**/*.map`, { cwd: this.#folder('sound') }).map((file) => join(this.#folder('sound'), file));
    return new Set(
      maps.flatMap((map) => {
        const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { sources: readonly string[] };
        return sources.map((source) => relative(this.#copy.root, join(dirname(map), source)));
      }),
    );
  }

  #show(which: 'sound' | 'broken'): void {
    const link = join(this.#copy.root, 'dist/releases');
    rmSync(link, { force: true });
    symlinkSync(which, link);
  }

  #folder(which: 'sound' | 'broken'): string {
    return join(this.#copy.root, 'dist', which);
  }
}

async function build(copy: ProductCopy, folder: string, apps: readonly App[], signal: AbortSignal): Promise<void> {
  const only = apps.flatMap((app) => ['--only', app]);
  const { exitCode, said } = await runInCopy(copy, ['scripts/build.mts', '--out', join(copy.root, 'dist', folder), ...only], signal);
  if (exitCode !== 0) throw new BuildFailed(`it cannot be built: ${summary(said)}`);
}
