import { otherSlot, type Slot } from '@devplatform/contracts';
import { findProcess, isAlive, until } from '@devplatform/embedded';
import fc from 'fast-check';
import type { LocalEnvironment } from './environment.ts';
import type { FaultPlace } from './faults.ts';

/** Something that goes wrong for real, and is mended again. */
export interface SoakFault {
  readonly name: string;
  /** `between`: before the traffic moves. `moving`: after the front door has moved, while sessions are handed over. */
  readonly when: 'between' | 'moving';
  /** Does it and mends it: resolves when what was broken is healthy again. `active` is the slot that serves. */
  readonly happen: (environment: LocalEnvironment, active: Slot) => Promise<void>;
}

/** Where an environment for these faults needs proxies. */
export const SOAK_FAULT_PLACES: readonly FaultPlace[] = ['postgres', 'redis'];

/** Milliseconds that the network is away. */
const STALL_MS = 1000;

const kill =
  (service: 'backend' | 'worker', signal: NodeJS.Signals, which: 'active' | 'other'): SoakFault['happen'] =>
  async (environment, active) => {
    const slot = which === 'active' ? active : otherSlot(active);
    await environment.kill(slot, service, signal);
    await environment.restart(slot, service);
  };

const killPart =
  (part: 'postgres' | 'redis' | 's3', signal: NodeJS.Signals): SoakFault['happen'] =>
  async (environment) => {
    const record = findProcess(environment.home, part);
    if (record === null) throw new Error(`${part} does not run`);
    process.kill(record.pid, signal);
    await until(() => !isAlive(record), { what: `${part} to end`, deadlineMs: 10_000 });
    await environment.parts();
  };

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, STALL_MS));

/** Every kind of fault that this machine can make for real: signals to processes, and the network between them. */
export const SOAK_FAULTS: readonly SoakFault[] = [
  { name: 'kill -9 of the serving backend', when: 'between', happen: kill('backend', 'SIGKILL', 'active') },
  { name: 'SIGTERM of the serving backend, no drain', when: 'between', happen: kill('backend', 'SIGTERM', 'active') },
  { name: 'kill -9 of the serving worker', when: 'between', happen: kill('worker', 'SIGKILL', 'active') },
  { name: 'kill -9 of Redis', when: 'between', happen: killPart('redis', 'SIGKILL') },
  // PostgreSQL's own word for a crash: no checkpoint, recovery from the log.
  { name: 'crash of PostgreSQL', when: 'between', happen: killPart('postgres', 'SIGQUIT') },
  { name: 'kill -9 of the object store', when: 'between', happen: killPart('s3', 'SIGKILL') },
  {
    name: 'all client connections reset',
    when: 'between',
    happen: ({ faults }) => {
      faults.clients.reset();
      return Promise.resolve();
    },
  },
  { name: 'kill -9 of the old backend', when: 'moving', happen: kill('backend', 'SIGKILL', 'other') },
  { name: 'kill -9 of the new backend', when: 'moving', happen: kill('backend', 'SIGKILL', 'active') },
  {
    name: 'network to PostgreSQL stalls for 1 s',
    when: 'moving',
    happen: async ({ faults }) => {
      faults.postgres.stall();
      await pause();
      await faults.postgres.pass();
    },
  },
  {
    name: 'all connections to Redis reset',
    when: 'moving',
    happen: ({ faults }) => {
      faults.redis.reset();
      return Promise.resolve();
    },
  },
];

/** `count` faults in an order that the seed decides; each kind comes once before any comes twice. */
export function faultsOf(seed: number, count: number): readonly SoakFault[] {
  const order = fc.shuffledSubarray([...SOAK_FAULTS], { minLength: SOAK_FAULTS.length });
  const numRuns = Math.ceil(count / SOAK_FAULTS.length);
  return fc.sample(order, { seed, numRuns }).flat().slice(0, count);
}
