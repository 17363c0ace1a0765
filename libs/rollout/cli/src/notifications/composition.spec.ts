import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { notifierOf } from './composition.ts';

const about = { kind: 'deploy', target: 'local', deployer: 'ops@host' } as const;
const note = (): void => undefined;
const hook = { url: 'http://127.0.0.1:9/secret-path', secretEnv: 'HOOK_SECRET', events: ['deployment.failed'] } as const;
const PATIENCE_MS = 30_000;

describe('who is told', () => {
  it('NTF-4: a webhook whose secret is not set keeps the command from beginning, and is not sent unsigned', () => {
    const configured = { webhook: hook, onStep: null };
    for (const env of [{}, { HOOK_SECRET: '' }])
      expect(() => notifierOf(configured, { about, note, env })).toThrow('the secret in HOOK_SECRET, which is not set');
    expect(() => notifierOf(configured, { about, note, env: { HOOK_SECRET: 's' } })).not.toThrow();
  });

  it(
    'NTF-4: a hook does not get the secret of the webhook',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'composition-'));
      try {
        const out = join(folder, 'out');
        const command = [
          process.execPath,
          '-e',
          `require('fs').writeFileSync(${JSON.stringify(out)}, String(process.env.HOOK_SECRET))`,
        ] as const;
        const told = notifierOf(
          { webhook: hook, onStep: { command: [...command], timeoutMs: 20_000 } },
          { about, note, env: { ...process.env, HOOK_SECRET: 'hush' } },
        );
        told.onEvent({ type: 'step-started', step: 'prepare', does: 'something' });
        await told.flush();
        expect(readFileSync(out, 'utf8')).toBe('undefined');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    PATIENCE_MS,
  );
});
