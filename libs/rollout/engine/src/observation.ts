import { Slot } from '@devplatform/contracts';
import { z } from 'zod';

/*
 * What a target sees of both slots at one moment: raw counts that only grow, and no verdicts. What a source does not say is null,
 * which is not zero: a monitor that cannot tell must not call it healthy.
 */

/** Answers by how long they took: `counts[i]` took at most `boundsMs[i]` and more than the bound before; the last one, more than all bounds. */
export const Latency = z.object({ boundsMs: z.array(z.number()), counts: z.array(z.int()) });
export type Latency = z.infer<typeof Latency>;

/** What one slot got through the front door, as the front door saw it, since `since`. */
export const TrafficCounts = z.object({
  /** A later one than before: the front door was started again, and its counts began at 0. */
  since: z.iso.datetime(),
  /** Ended requests, those included that got no answer from the slot; no WebSockets. */
  requests: z.int(),
  /** Of them: 5xx, the front door's own 502 for a slot that did not answer included. */
  serverErrors: z.int(),
  latency: Latency,
  /** WebSocket upgrades that were asked for and have come to an end: open, refused or failed. */
  upgrades: z.int(),
  /** Of them: answered with 5xx, not answered, or cut off before the upgrade. A 4xx is the client's. */
  upgradesFailed: z.int(),
});
export type TrafficCounts = z.infer<typeof TrafficCounts>;

/** One process, container or pod. */
export const InstanceObservation = z.object({
  service: z.string(),
  /** Unique while it lives: `pid 4711`, a pod's name. */
  instance: z.string(),
  /** Of this start; a later one than before, or another `instance`, is a restart. */
  startedAt: z.iso.datetime().nullable(),
  healthy: z.boolean().nullable(),
  memoryBytes: z.number().nullable(),
  /** null: there is none. */
  memoryLimitBytes: z.number().nullable(),
  /** Processor time since the start, user and system, all threads. */
  cpuSeconds: z.number().nullable(),
  /** `abnormal`: closed without 1000, 1001 or a code by which the slot itself asks to move or to come again. */
  sockets: z.object({ opened: z.int(), closed: z.int(), abnormal: z.int() }).nullable(),
  /** Jobs that ended here; `failed`: for good, after their last attempt, or an attempt that threw. */
  jobs: z.object({ done: z.int(), failed: z.int() }).nullable(),
  /** Lines of level error or fatal since the start, by fingerprint: the message without ids, numbers and addresses. */
  criticalErrors: z.record(z.string(), z.int()).nullable(),
});
export type InstanceObservation = z.infer<typeof InstanceObservation>;

export const SlotObservation = z.object({ traffic: TrafficCounts.nullable(), instances: z.array(InstanceObservation) });
export type SlotObservation = z.infer<typeof SlotObservation>;

export const Observation = z.object({ at: z.iso.datetime(), slots: z.record(Slot, SlotObservation) });
export type Observation = z.infer<typeof Observation>;
