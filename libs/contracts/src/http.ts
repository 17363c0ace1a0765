import { z } from 'zod';

/* The public HTTP API under /api/v1. Ids are UUIDs, times ISO 8601 in UTC. */

/** Free text from users: no control characters but tabs and line breaks; kept as it is and escaped where it is shown. */
const prose = z
  .string()
  .trim()
  .regex(/^(?:\P{Cc}|[\t\n\r])*$/u, 'control characters are not allowed');
const text = (max: number) => prose.min(1).max(max);

export const Role = z.enum(['viewer', 'editor', 'admin']);
export type Role = z.infer<typeof Role>;

/** Opaque cursor pagination: `?limit=1..100&cursor=`, answered with `next` (null at the end). */
export const PageQuery = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20), cursor: z.string().max(200).optional() });
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

/** RFC 9457; `code` is stable, `detail` is for people. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

export const Register = z.object({ email: z.email().max(254), name: text(100), password: z.string().min(10).max(200) });
export const SignIn = z.object({ email: z.email().max(254), password: z.string().min(1).max(200) });
export const Token = z.object({
  token: z.string(),
  expiresAt: z.iso.datetime(),
  /** Seconds that it is valid from the answer on: the clocks of browsers are often wrong. Absent before v1.3.0. */
  expiresIn: z.int().optional(),
  user: z.object({ id: z.uuid(), name: z.string() }),
});

export const NewProject = z.object({
  name: text(200),
  description: prose.max(4000).default(''),
  visibility: z.enum(['public', 'private']).default('private'),
});
export const Project = NewProject.extend({ id: z.uuid(), createdAt: z.iso.datetime(), role: Role.nullable() });
/** PATCH /projects/:id; what is absent stays as it is. */
export const ProjectChange = z.object({
  name: text(200).optional(),
  description: prose.max(4000).optional(),
  visibility: z.enum(['public', 'private']).optional(),
});
export const Membership = z.object({ userId: z.uuid(), role: Role });
/** PUT /projects/:id/members/:userId. */
export const MembershipRole = Membership.pick({ role: true });

export const NewScene = z.object({ name: text(200) });
export const Scene = NewScene.extend({ id: z.uuid(), projectId: z.uuid(), headSeq: z.int(), createdAt: z.iso.datetime() });

export const NewAnnotation = z.object({
  sceneId: z.uuid().optional(),
  body: text(4000),
  position: z.tuple([z.number(), z.number(), z.number()]),
});
/** `status` exists from v1.3.0 on. */
export const Annotation = NewAnnotation.extend({
  id: z.uuid(),
  projectId: z.uuid(),
  author: z.string().nullable(),
  createdAt: z.iso.datetime(),
  status: z.enum(['open', 'resolved']).optional(),
});

/** PATCH /annotations/:id, from v1.3.0 on. */
export const AnnotationChange = z.object({ status: z.enum(['open', 'resolved']) });

/** 100 MB (specification, "Why Blue-Green?"). */
export const MAX_UPLOAD_BYTES = 100 * 1024 * 1024;
export const PART_BYTES = 8 * 1024 * 1024;
/** SHA-256 of a part in base64, as S3 writes it. */
export const PartSha256 = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'the base64 of 32 bytes');
const PartNumber = z.int().min(1).max(1000);

/** One upload per (project, clientUploadId): creating it again answers the same one. */
export const NewUpload = z.object({
  clientUploadId: z.uuid(),
  /** Shown to people only; never part of a path or key. */
  fileName: text(255).refine((name) => !/[/\\]/.test(name) && name !== '.' && name !== '..', 'a file name, not a path'),
  size: z.int().min(1).max(MAX_UPLOAD_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** A new version of this model; absent: a new model named after the file. */
  modelId: z.uuid().optional(),
  /** Every part comes with its SHA-256, and the store refuses other bytes. S3 wants that said before the first part. */
  partChecksums: z.boolean().default(false),
});
export const UploadStatus = z.enum(['open', 'completing', 'stored', 'verifying', 'ready', 'rejected', 'aborted']);
/** PUT /uploads/:id/parts/:part with the bytes as application/octet-stream, for clients that cannot reach the store. */
export const StoredUploadPart = z.object({ part: z.int(), etag: z.string(), sha256: PartSha256.optional() });
export const Upload = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  clientUploadId: z.uuid(),
  fileName: z.string(),
  size: z.int(),
  sha256: z.string(),
  status: UploadStatus,
  partSize: z.int(),
  parts: z.int(),
  partChecksums: z.boolean().default(false),
  fence: z.int(),
  modelId: z.uuid().nullable(),
  modelVersionId: z.uuid().nullable(),
  taskId: z.uuid().nullable(),
  error: z.string().nullable(),
  /** GET /uploads/:id of an open upload: the parts that the store already has, so that a reloaded page sends only the rest. */
  stored: z.array(StoredUploadPart).optional(),
});
/** POST /uploads/:id/sign {parts: [{part: 1, sha256: "…"}, …]}; bare numbers where the upload has no `partChecksums`. */
export const SignParts = z.object({
  parts: z
    .array(z.union([PartNumber, z.object({ part: PartNumber, sha256: PartSha256 })]))
    .min(1)
    .max(100),
});
/** URLs to PUT each part to, with exactly these headers: they are part of the signature. */
export const SignedParts = z.object({
  urls: z.array(z.object({ part: z.int(), url: z.string(), headers: z.record(z.string(), z.string()).default({}) })),
  expiresAt: z.iso.datetime(),
});
/**
 * POST /uploads/:id/complete: may be repeated for ever; `fence` is the one of the upload that was last read. `parts` are what the
 * client believes the store has; they are only compared while the upload is open.
 */
export const CompleteUpload = z.object({ fence: z.int(), parts: z.array(z.object({ part: z.int(), etag: z.string().max(200) })) });

export const ModelVersion = z.object({
  id: z.uuid(),
  modelId: z.uuid(),
  number: z.int(),
  fileName: z.string(),
  size: z.int(),
  sha256: z.string(),
  status: z.enum(['processing', 'ready', 'rejected']),
  error: z.string().nullable(),
  /** Presigned URLs, an hour each; null until ready. */
  urls: z
    .object({
      optimised: z.string(),
      levels: z.array(z.object({ ratio: z.number(), triangles: z.int(), url: z.string() })),
      thumbnail: z.string(),
    })
    .nullable(),
  inspect: z.record(z.string(), z.unknown()).nullable(),
  createdAt: z.iso.datetime(),
});
export const Model = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  latest: ModelVersion.nullable(),
});
/** GET /models/:id: all versions, newest first. */
export const ModelDetail = Model.extend({ versions: z.array(ModelVersion) });
/**
 * GET /tasks/:id?wait=20: a long poll. It is answered when the task has ended, after `wait` seconds with its state then, or
 * at once by a slot that is being left. The state is the truth: ask again until it is `done` or `failed`.
 */
export const TaskQuery = z.object({ wait: z.coerce.number().int().min(0).max(30).default(0) });
export const Task = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  modelVersionId: z.uuid(),
  contract: z.int(),
  status: z.enum(['pending', 'queued', 'running', 'done', 'failed']),
  progress: z.int().min(0).max(100),
  step: z.string().nullable(),
  error: z.string().nullable(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
