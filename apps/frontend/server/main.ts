import { once } from 'node:events';
import { join } from 'node:path';
import { fillDepot } from './asset-depot.ts';
import { parseServerConfig } from './config.ts';
import { closesGracefully } from './graceful-close.ts';
import { log } from './log.ts';
import { createPageServer } from './page-server.ts';

/** The address in use, a depot that cannot be written: said in one line, and nothing is left running. */
process.once('uncaughtException', (error) => {
  log('fatal', `the page is not served: ${error.message}`);
  process.exit(1);
});

/** Shorter than the time that those who send SIGTERM give before they kill. */
const BOUND_MS = 8000;
const config = parseServerConfig(process.env);
const publicDir = join(import.meta.dirname, 'public');
const server = createPageServer({ publicDir, assetDepot: config.assetDepot, slot: config.slot });
const close = closesGracefully(server, BOUND_MS);

// Before anyone can open this release's page: what it loads later must outlive this process.
if (config.assetDepot !== null) {
  const added = await fillDepot(join(publicDir, 'assets'), config.assetDepot);
  log('info', 'depot filled', { slot: config.slot, added });
}
server.listen(config.port, config.host);
await once(server, 'listening');
log('info', 'listening', { slot: config.slot, address: server.address() });

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // A second signal must not end what the first one lets finish.
  process.on(signal, () => {
    log('info', 'stopping', { slot: config.slot, reason: signal });
    void close().then((clean) => process.exit(clean ? 0 : 1));
  });
}
