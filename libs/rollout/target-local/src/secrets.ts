import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';

const Secrets = z.object({ authSecret: z.string().min(32), internalToken: z.string().min(32), adminToken: z.string().min(32) });
export type Secrets = z.infer<typeof Secrets>;

/** `<home>/secrets.json`, readable by its owner alone: made once per environment, so that both slots accept each other's tokens. */
export async function keepSecrets(home: string): Promise<Secrets> {
  const file = join(home, 'secrets.json');
  const secret = (): string => randomBytes(32).toString('hex');
  if (!existsSync(file))
    await writeAtomically(file, { authSecret: secret(), internalToken: secret(), adminToken: secret() } satisfies Secrets);
  return readSecrets(home);
}

/** Throws where nothing was brought up in `home` yet. */
export function readSecrets(home: string): Secrets {
  return Secrets.parse(JSON.parse(readFileSync(join(home, 'secrets.json'), 'utf8')));
}
