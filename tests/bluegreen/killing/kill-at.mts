import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { z } from 'zod';

/*
 * Loaded into a command line with `--import`, before anything of it: the process dies by SIGKILL at one line of its journal. The
 * product has no hook for that.
 */

export const KillAt = z.object({
  /** Of the journal, from 0. */
  line: z.int().min(0),
  /** `during`: half of the line is on the disk. */
  when: z.enum(['before', 'during', 'after']),
});
export type KillAt = z.infer<typeof KillAt>;

const JOURNAL = /\/deployments\/[\w-]+\.jsonl$/;
const { KILL_AT } = process.env;
if (KILL_AT !== undefined) patch(KillAt.parse(JSON.parse(KILL_AT)));

function patch({ line, when }: KillAt): void {
  const { open } = fs;
  let lines = 0;
  fs.open = async (path, ...rest) => {
    const handle = await open(path, ...rest);
    if (typeof path !== 'string' || !JOURNAL.test(path) || lines++ !== line) return handle;
    const appendFile = handle.appendFile.bind(handle);
    const datasync = handle.datasync.bind(handle);
    if (when === 'after') handle.datasync = () => datasync().then(die);
    if (when === 'before') handle.appendFile = die;
    if (when === 'during')
      handle.appendFile = async (text) => {
        if (typeof text !== 'string') throw new TypeError('a line is text');
        await appendFile(text.slice(0, text.length / 2));
        await datasync();
        await die();
      };
    return handle;
  };
  syncBuiltinESMExports();
}

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}
