import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { userInfo } from 'node:os';

/** Some other user than root; `nobody` exists everywhere. */
const NOBODY = 65_534;
/** It may still reach its own data below a folder that only root may enter. */
const AS_NOBODY = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
const IN_NAMESPACE = ['--user', '--map-user=1000', '--map-group=1000'];

/**
 * Unlike most servers PostgreSQL refuses to run as root. Where root may, it gets a user namespace in which root's own files
 * belong to an ordinary user: so a clone may lie in a folder that only root can read. Elsewhere (most containers) it runs
 * as `nobody`.
 */
export class Unprivileged {
  readonly #way = userInfo().uid !== 0 ? 'as-we-are' : canUnshare() ? 'namespace' : 'nobody';

  command(command: string, args: readonly string[]): readonly [command: string, args: readonly string[]] {
    switch (this.#way) {
      case 'as-we-are':
        return [command, args];
      case 'namespace':
        return ['unshare', [...IN_NAMESPACE, command, ...args]];
      case 'nobody':
        return ['setpriv', [...AS_NOBODY, command, ...args]];
    }
  }

  /** Makes a file or an empty folder its own. */
  own(path: string): void {
    if (this.#way === 'nobody') chownSync(path, NOBODY, NOBODY);
  }
}

const canUnshare = (): boolean => spawnSync('unshare', [...IN_NAMESPACE, 'true']).status === 0;
