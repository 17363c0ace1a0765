import { migrations } from '@devplatform/migrations';
import { ConfigError, MigrateConfig, parseConfig } from '@devplatform/runtime/config';
import { migrate } from '@devplatform/runtime/database';

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/* Applies what is pending, run by a deployment before anything of the new release starts. One JSON line per event; exit 0 or 1. */
try {
  const { DATABASE_URL } = parseConfig(MigrateConfig);
  const applied = await migrate(DATABASE_URL, migrations, (name) => {
    say({ applied: name });
  });
  say({ done: true, applied: applied.length });
} catch (error) {
  say({ error: error instanceof ConfigError || error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
