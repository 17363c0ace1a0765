import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Half of the start is compiling; beside the dependencies, so that nobody else can put code there.
enableCompileCache(fileURLToPath(new URL('../../../../node_modules/.cache/compiled', import.meta.url)));
const { run } = await import('./run.ts');
await run();
