import { z } from 'zod';

/** `release.json` of a built release: backend, worker and frontend move as one unit. */
export const Release = z.object({
  /** With a leading `v`, as image tags and folders are named. */
  tag: z.string().regex(/^v\d+\.\d+\.\d+(-[\w.]+)?$/),
  /** Without it, as `/api/v1/health` and `X-API-Version` say it. */
  version: z.string(),
  commit: z.string(),
  /** sha256 over all files of the artifact; for images the image digests' hash. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  contracts: z.array(z.int()).min(1),
  protocol: z.tuple([z.int(), z.int()]),
  migrations: z.array(z.string()),
  /** Of each migration that declares it: what it does to the release that still runs. Absent in manifests of earlier builds. */
  phases: z.record(z.string(), z.enum(['expand', 'backfill', 'contract'])).optional(),
});
export type Release = z.infer<typeof Release>;
