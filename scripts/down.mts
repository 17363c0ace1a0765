import { join } from 'node:path';
import { $ } from 'zx';
import { root } from './bundle.mts';

const cli = join(root, 'libs/rollout/cli/src/main.ts');
const { exitCode } = await $({ cwd: root, stdio: 'inherit', nothrow: true })`${process.execPath} ${cli} down ${process.argv.slice(2)}`;
process.exitCode = exitCode ?? 1;
