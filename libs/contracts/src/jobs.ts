import { z } from 'zod';

/** One queue per contract version, never per slot: `model-processing.v1`. BullMQ forbids `:` in names. */
export const modelQueue = (contract: number): string => `model-processing.v${String(contract)}`;
/** Consumed by one slot's worker even while it is paused for users' work, so that a smoke test can reach it. */
export const smokeQueue = (slot: string): string => `smoke.${slot}`;
/** Merges a scene's journal into a snapshot; job id `compact-<sceneId>`. */
export const COMPACTION_QUEUE = 'scene-compaction.v1';
/** Jobs that nobody could read; nothing consumes it. */
export const SET_ASIDE_QUEUE = 'set-aside';

/** Contract 1 of model-processing. The job id is the task id, so that adding it twice adds it once. */
export const ModelJobV1 = z.object({ taskId: z.uuid(), modelVersionId: z.uuid(), objectKey: z.string(), sha256: z.string().length(64) });
/** Contract 2 adds the levels of detail to make, as shares of the triangles, and the thumbnail's edge in pixels. */
export const ModelJobV2 = ModelJobV1.extend({
  levels: z.array(z.number().gt(0).lt(1)).max(4),
  thumbnail: z.int().min(64).max(1024),
});
export type ModelJobV1 = z.infer<typeof ModelJobV1>;
export type ModelJobV2 = z.infer<typeof ModelJobV2>;
export const MODEL_JOB = { 1: ModelJobV1, 2: ModelJobV2 } as const;

/** What contract 1 leaves unsaid. */
export const MODEL_JOB_DEFAULTS = { levels: [0.5, 0.25], thumbnail: 256 } as const;

export const SmokeJobPayload = z.object({ id: z.uuid() });
export const CompactionJob = z.object({ sceneId: z.uuid() });

/** The result that is stored with the task and the model version (jsonb). Sizes in bytes, bounds in metres. */
export const ModelResult = z.object({
  release: z.string(),
  slot: z.string(),
  contract: z.int(),
  inspect: z.object({
    triangles: z.int(),
    vertices: z.int(),
    meshes: z.int(),
    materials: z.int(),
    textures: z.int(),
    animations: z.int(),
    bounds: z.object({ min: z.array(z.number()).length(3), max: z.array(z.number()).length(3) }),
  }),
  optimised: z.object({ key: z.string(), size: z.int() }),
  levels: z.array(z.object({ ratio: z.number(), key: z.string(), size: z.int(), triangles: z.int() })),
  thumbnail: z.object({ key: z.string(), size: z.int() }),
});
export type ModelResult = z.infer<typeof ModelResult>;

const StoredFile = ModelResult.shape.optimised;

/**
 * How far a model has come (jsonb of its task), so that another process goes on after the last completed step. It helps only
 * where `recipe` is the same: what is made of which bytes, and by which tools.
 */
export const Checkpoint = z.object({
  recipe: z.object({
    /** The code that makes outputs; another one makes other bytes. */
    tools: z.string(),
    /** Of the uploaded file. */
    sha256: z.string(),
    levels: z.array(z.number()),
    thumbnail: z.int(),
  }),
  inspect: ModelResult.shape.inspect.nullable(),
  optimised: StoredFile.extend({ triangles: z.int() }).nullable(),
  thumbnail: StoredFile.nullable(),
  /** The finest first. */
  levels: ModelResult.shape.levels,
  /** Every completed step, the slot that did it and the milliseconds that it took. */
  steps: z.array(z.object({ step: z.string(), slot: z.string(), ms: z.int() })),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A job whose payload is not what its queue's contract says, as it came, and why it was set aside. */
export const SetAsideJob = z.object({
  queue: z.string(),
  id: z.string(),
  name: z.string(),
  data: z.unknown(),
  reason: z.string(),
  /** Who could not read it. */
  release: z.string(),
  slot: z.string(),
  at: z.iso.datetime(),
});
export type SetAsideJob = z.infer<typeof SetAsideJob>;

/** The highest contract version that every release in the rollback set can consume; without any, our own highest. */
export function negotiateContract(consumers: readonly (readonly number[])[], own: readonly number[]): number {
  const common = own.filter((version) => consumers.every((consumer) => consumer.includes(version)));
  const highest = (common.length > 0 ? common : own).at(-1);
  if (highest === undefined) throw new Error('a release must consume at least one contract version');
  return highest;
}
