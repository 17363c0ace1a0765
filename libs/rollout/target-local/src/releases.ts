import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Release, RolloutError } from '@devplatform/rollout-engine';
import { compare } from 'semver';

const BUILD = 'Build it with `node scripts/build.mts`';

/** The built releases: `<dir>/v*` with a `release.json` each. */
export class Releases {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Folder with backend, worker and frontend of a release. */
  folder({ tag }: Pick<Release, 'tag'>): string {
    return join(this.#dir, tag);
  }

  /** By tag, or the newest. Throws `unknown-release` and names those that exist. */
  find(tag: string | undefined): Release {
    const tags = this.#tags();
    const wanted = tag ?? tags.at(-1);
    if (wanted === undefined || !tags.includes(wanted)) {
      const exist = tags.length === 0 ? 'None is built yet' : `These are built: ${tags.join(', ')}`;
      throw unknownRelease(
        `There is no release ${wanted ?? ''} in ${this.#dir}. ${exist}.`.replace('  ', ' '),
        tags.length === 0 ? `${BUILD}.` : `Name one of them, or ${BUILD.toLowerCase()}.`,
      );
    }
    const file = join(this.#dir, wanted, 'release.json');
    try {
      const release = Release.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (release.tag !== wanted) throw new Error(`it says it is ${release.tag}`);
      return release;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw unknownRelease(`${file} does not describe release ${wanted}: ${reason}`, `${BUILD} again.`);
    }
  }

  /** A release that has these migrations and no others, in whatever order; undefined: none is built. */
  withMigrations(applied: readonly string[]): Release | undefined {
    const wanted = applied.toSorted().join();
    return this.#tags()
      .map((tag) => this.find(tag))
      .find(({ migrations }) => migrations.toSorted().join() === wanted);
  }

  /** Those that are built and older, oldest first. */
  before({ tag }: Release): readonly Release[] {
    return this.#tags()
      .filter((other) => compare(other, tag) < 0)
      .map((other) => this.find(other));
  }

  /** Oldest first. */
  #tags(): readonly string[] {
    if (!existsSync(this.#dir)) return [];
    const names = readdirSync(this.#dir).filter((name) => Release.shape.tag.safeParse(name).success);
    return names.filter((name) => existsSync(join(this.#dir, name, 'release.json'))).sort(compare);
  }
}

function unknownRelease(message: string, next: string): RolloutError {
  return new RolloutError('unknown-release', message, { untouched: 'Nothing was changed.', next });
}
