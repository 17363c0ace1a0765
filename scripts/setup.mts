import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { findRedisServer } from '@devplatform/embedded';
import { $ } from 'zx';

const HELP = `npm run setup [-- --browser]

Installs what this machine lacks to run the platform without Docker, from the system's own packages (Debian and its
relatives, as root). Elsewhere it says in one sentence what to install.

  npm run setup                redis-server
  npm run setup -- --browser   also Chromium, for the browser tests`;

/** Makes sure that there is a Redis server; the other parts come from npm. */
export async function setUpRedis(): Promise<void> {
  if (process.env.REDIS_URL !== undefined || findRedisServer() !== null) return;
  if (!canInstall()) {
    throw new Error(
      'There is no redis-server or valkey-server on the PATH. Install one (Debian: apt-get install -y redis-server) or set REDIS_URL.',
    );
  }
  await install('redis-server');
}

async function setUpBrowser(): Promise<void> {
  if (existsSync('/usr/bin/chromium')) return;
  if (!canInstall()) throw new Error('There is no Chromium at /usr/bin/chromium; install it from your system to run the browser tests.');
  await install('chromium');
}

const canInstall = (): boolean => existsSync('/usr/bin/apt-get') && userInfo().uid === 0;

async function install(name: string): Promise<void> {
  process.stderr.write(`Installing ${name} (apt-get) …\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await $({ env, quiet: true })`apt-get update -qq && apt-get install -y -qq --no-install-recommends ${name}`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { browser: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(HELP);
  } else {
    await setUpRedis();
    if (values.browser) await setUpBrowser();
    console.log('Everything that is needed is here.');
  }
}
