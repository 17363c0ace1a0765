import { ServiceName, type Slot, type SlotAddresses } from '@devplatform/contracts';
import { findProcess, readRecord } from '@devplatform/embedded';
import type { InstanceObservation, Observation, SlotObservation } from '@devplatform/rollout-engine';
import type { FrontDoorClient, FrontDoorState } from './front-door-client.ts';
import { readProcessVitals } from './process-vitals.ts';
import { NO_VITALS, readVitals, type Vitals } from './service-metrics.ts';
import { probeService } from './service-probe.ts';
import { processName } from './slot-processes.ts';

/** Milliseconds that one source may take; what has not answered by then says nothing this time. */
const BOUND_MS = 1500;

export interface ObservedEnvironment {
  readonly home: string;
  /** null: it does not run. */
  readonly frontDoor: FrontDoorClient | null;
  /** null: nothing is deployed there. */
  readonly addresses: Readonly<Record<Slot, SlotAddresses | null>>;
  /** Bytes; a service that is not named has no limit. */
  readonly memoryLimits: Readonly<Partial<Record<ServiceName, number>>>;
}

/** Asks everything at once, within 1.5 s; never throws. */
export async function observeSlots(environment: ObservedEnvironment): Promise<Observation> {
  const [state, blue, green] = await Promise.all([
    environment.frontDoor?.state(AbortSignal.timeout(BOUND_MS)).catch(() => null),
    observeInstances(environment, 'blue'),
    observeInstances(environment, 'green'),
  ]);
  const slot = (name: Slot, instances: SlotObservation['instances']): SlotObservation => ({ traffic: trafficOf(state, name), instances });
  return { at: new Date().toISOString(), slots: { blue: slot('blue', blue), green: slot('green', green) } };
}

const trafficOf = (state: FrontDoorState | null | undefined, slot: Slot): SlotObservation['traffic'] => state?.perSlot[slot].counts ?? null;

async function observeInstances({ home, addresses, memoryLimits }: ObservedEnvironment, slot: Slot): Promise<InstanceObservation[]> {
  const at = addresses[slot];
  if (at === null) return [];
  return Promise.all(ServiceName.options.map((service) => observeInstance(home, slot, service, at, memoryLimits[service] ?? null)));
}

async function observeInstance(
  home: string,
  slot: Slot,
  service: ServiceName,
  addresses: SlotAddresses,
  memoryLimitBytes: number | null,
): Promise<InstanceObservation> {
  const name = processName(service, slot);
  const record = findProcess(home, name);
  const pid = (record ?? readRecord(home, name))?.pid;
  const identity = { service, instance: pid === undefined ? 'not started' : `pid ${pid}`, memoryLimitBytes };
  if (record === null) return { ...identity, ...NO_VITALS, healthy: false };
  const signal = AbortSignal.timeout(BOUND_MS);
  const [{ state }, vitals] = await Promise.all([
    probeService(home, slot, service, addresses, signal),
    service === 'frontend' ? readProcessVitals(record) : askVitals(service, addresses, signal),
  ]);
  // Late is not unhealthy: the probe itself has longer (specification, "Health Check Timing").
  const healthy = state === 'unhealthy' && signal.aborted ? null : state === 'healthy';
  return { ...identity, ...vitals, healthy };
}

async function askVitals(
  service: 'backend' | 'worker',
  { backendInternal, workerInternal, internalToken }: SlotAddresses,
  signal: AbortSignal,
): Promise<Vitals> {
  try {
    const response = await fetch(`${service === 'backend' ? backendInternal : workerInternal}/metrics`, {
      headers: { authorization: `Bearer ${internalToken}` },
      signal,
    });
    return response.ok ? readVitals(await response.text()) : NO_VITALS;
  } catch {
    return NO_VITALS;
  }
}
