import { z } from 'zod';
import { SetAsideJob } from './jobs.ts';
import { Slot } from './slot.ts';

/*
 * The control plane of a slot: on INTERNAL_PORT, never on the public one, with `Authorization: Bearer INTERNAL_TOKEN`.
 *
 * backend  GET /live  GET /metrics  GET|POST|DELETE /drain  POST|DELETE /smoke/workspace  POST /smoke/jobs
 *          GET /smoke/jobs/:id  GET /scenes/:id/state  POST /handover  GET /handovers/:id|latest (ledger.ts)
 * worker   GET /live  GET /health  GET /metrics  GET /status  GET /set-aside  POST /run  POST /pause
 */

/** POST /drain: start handing over. Refused with 409 unless `publicUrl` already answers from `to`. */
export const DrainRequest = z.object({
  handoverId: z.uuid(),
  to: Slot,
  /** What users connect to, without a trailing slash. */
  publicUrl: z.url(),
  /** Milliseconds over which the hints are spread; default `hintWindow`. */
  windowMs: z.int().min(0).max(120_000).optional(),
  /** Milliseconds after which a socket that did not leave is closed with 4001. */
  deadlineMs: z.int().min(0).max(600_000).default(60_000),
});
export type DrainRequest = z.infer<typeof DrainRequest>;

/** Milliseconds over which the hints to `sockets` connections are spread by default, so that a switch never makes a herd. */
export const hintWindow = (sockets: number): number => Math.min(20_000, Math.max(1500, sockets * 10));

/** GET /drain, and the answer of POST and DELETE. A slot may stop only when all counts but `forced` are zero. */
export const DrainStatus = z.object({
  slot: Slot,
  draining: z.boolean(),
  handoverId: z.uuid().nullable(),
  sockets: z.int(),
  notYetHinted: z.int(),
  httpInFlight: z.int(),
  appendQueue: z.int(),
  /** Sockets that had to be closed at the deadline. */
  forced: z.int(),
});
export type DrainStatus = z.infer<typeof DrainStatus>;

/** POST /smoke/workspace: a private project and an empty scene that no user can see, and a token for them. */
export const SmokeWorkspace = z.object({ projectId: z.uuid(), sceneId: z.uuid(), token: z.string() });
export type SmokeWorkspace = z.infer<typeof SmokeWorkspace>;

/** POST /smoke/jobs → 202 with the id; GET /smoke/jobs/:id: a small model through this slot's own worker. */
export const SmokeJob = z.object({
  id: z.uuid(),
  status: z.enum(['pending', 'done', 'failed']),
  release: z.string().nullable(),
  error: z.string().nullable(),
});
export type SmokeJob = z.infer<typeof SmokeJob>;

/** GET /scenes/:id/state: the scene as this slot sees it; equal hashes mean equal documents. */
export const SceneState = z.object({ sceneId: z.uuid(), headSeq: z.int(), stateHash: z.string(), objects: z.int() });
export type SceneState = z.infer<typeof SceneState>;

/** POST /pause of a worker: no new jobs from now on. Without a body, running ones end by themselves. The last call decides. */
export const PauseRequest = z.object({
  /** Milliseconds after which running jobs stop after their current step and go on in the other slot. */
  moveAfterMs: z.int().min(0).max(600_000).optional(),
});
export type PauseRequest = z.infer<typeof PauseRequest>;

/** GET /status of a worker, and the answer of POST /run and /pause. */
export const WorkerStatus = z.object({
  slot: Slot,
  release: z.string(),
  state: z.enum(['paused', 'running']),
  /** Jobs now running here. */
  active: z.int(),
  /** Jobs that this process handed back before they were done, since it started. */
  moved: z.int().default(0),
  /** Jobs that this process set aside, since it started; GET /set-aside names those of all. */
  setAside: z.int().default(0),
  contracts: z.array(z.int()),
});
export type WorkerStatus = z.infer<typeof WorkerStatus>;

/** GET /set-aside of a worker: how many there are, whoever set them aside, and the latest 100. */
export const SetAsideJobs = z.object({ total: z.int(), jobs: z.array(SetAsideJob) });
export type SetAsideJobs = z.infer<typeof SetAsideJobs>;

export const ServiceName = z.enum(['backend', 'frontend', 'worker']);
export type ServiceName = z.infer<typeof ServiceName>;

/** Base URLs without a trailing slash that reach one slot and nothing else; never through the front door. */
export const SlotAddresses = z.object({
  backend: z.url(),
  frontend: z.url(),
  /** Control planes, to be called with `Authorization: Bearer <internalToken>`. */
  backendInternal: z.url(),
  workerInternal: z.url(),
  internalToken: z.string(),
});
export type SlotAddresses = z.infer<typeof SlotAddresses>;
