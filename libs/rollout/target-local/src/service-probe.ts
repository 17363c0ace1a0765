import { readFileSync } from 'node:fs';
import { Health, type ServiceName, type Slot, type SlotAddresses } from '@devplatform/contracts';
import { findProcess, readRecord } from '@devplatform/embedded';
import type { ServiceProbe, ServiceRole } from '@devplatform/rollout-engine';
import { reasonOf } from './control-plane.ts';
import { lastWords } from './last-words.ts';
import { processName } from './slot-processes.ts';

/** Milliseconds (specification, "Health Check Timing"). */
const TIMEOUT_MS: Readonly<Record<ServiceName, number>> = { backend: 5000, frontend: 3000, worker: 10_000 };

const ROLES: Readonly<Record<ServiceName, ServiceRole>> = { backend: 'web', frontend: 'static', worker: 'worker' };

/** One sample of each service, on its private address. */
export function probeSlot(home: string, slot: Slot, addresses: SlotAddresses | null): Promise<readonly ServiceProbe[]> {
  return Promise.all((['backend', 'frontend', 'worker'] as const).map((service) => probeService(home, slot, service, addresses)));
}

/** One sample of one service; without an answer when `signal` aborts, it is `unhealthy`. */
export async function probeService(
  home: string,
  slot: Slot,
  service: ServiceName,
  addresses: SlotAddresses | null,
  signal: AbortSignal = AbortSignal.timeout(TIMEOUT_MS[service]),
): Promise<ServiceProbe> {
  const { backend = '', frontend = '', workerInternal = '', internalToken = '' } = addresses ?? {};
  const urls: Readonly<Record<ServiceName, string>> = {
    backend: `${backend}/api/v1/health`,
    frontend: `${frontend}/`,
    worker: `${workerInternal}/health`,
  };
  const role = ROLES[service];
  const name = processName(service, slot);
  const down = (): ServiceProbe | null =>
    findProcess(home, name) === null ? { service, role, state: 'down', detail: ending(home, name) } : null;
  const ended = down();
  if (ended !== null) return ended;
  try {
    const response = await fetch(urls[service], {
      headers: service === 'worker' ? { authorization: `Bearer ${internalToken}` } : {},
      signal,
    });
    const body = await response.text();
    return {
      service,
      role,
      state: response.ok ? 'healthy' : 'unhealthy',
      detail: `${response.status} ${service === 'frontend' ? '' : describe(body)}`.trim(),
    };
  } catch (error) {
    const reason = reasonOf(error);
    return down() ?? { service, role, state: reason.includes('ECONNREFUSED') ? 'starting' : 'unhealthy', detail: reason };
  }
}

/** Names the failing checks. */
function describe(body: string): string {
  const health = Health.safeParse(parse(body));
  if (!health.success) return body.slice(0, 300);
  const failing = Object.entries(health.data.checks).filter(([, state]) => state !== 'connected');
  return [health.data.status, health.data.version, ...failing.map(([check, state]) => `${check} ${state}`)].join(', ');
}

function ending(home: string, name: string): string {
  const record = readRecord(home, name);
  if (record === null) return 'it was not started';
  return `it has ended: ${lastWords(readFileSync(record.logFile, 'utf8'))} (${record.logFile})`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
