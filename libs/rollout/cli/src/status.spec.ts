import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Environment, InFlight, SlotState } from '@devplatform/rollout-engine';
import { statusOf, statusText } from './status.ts';

const INTERNAL_TOKEN = 'never to be shown';
const at = 'http://127.0.0.1:1';
const addresses = { backend: at, frontend: at, backendInternal: at, workerInternal: at, internalToken: INTERNAL_TOKEN };
const slot = (name: 'blue' | 'green', release: string): SlotState => ({ slot: name, release, digest: null, running: true, addresses });
const environment: Environment = {
  ...{ target: 'local', exists: true, active: 'green', previous: 'blue', publicUrl: 'http://127.0.0.1:2' },
  slots: { blue: slot('blue', 'v1.2.0'), green: slot('green', 'v1.3.0') },
};
const busy: InFlight = { sockets: 12, notYetHinted: 0, httpInFlight: 1, appendQueue: 0, activeJobs: 0, forced: 0 };
const target = {
  describe: () => Promise.resolve(environment),
  probe: () => Promise.resolve([{ service: 'backend', role: 'web', state: 'healthy', detail: '200' }] as const),
  inFlight: (name: string) => (name === 'green' ? Promise.resolve(busy) : Promise.reject(new Error('it does not answer'))),
};

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'status-'));
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

describe('status', () => {
  it('says who serves, who is the way back, and what is in flight', async () => {
    const text = statusText(await statusOf(target, home));
    expect(text).toMatch(/green .*active .*v1\.3\.0 .*backend healthy .*12 sockets, 1 request /);
    expect(text).toMatch(/blue .*parked, way back .*v1\.2\.0/);
  });

  it('shows no secret, in JSON neither', async () => {
    expect(JSON.stringify(await statusOf(target, home))).not.toContain(INTERNAL_TOKEN);
  });
});
