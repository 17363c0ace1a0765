import { z } from 'zod';

/** `connected`, or `failed: <reason>`; a check is bounded at 5 s (specification, "Health Check Timing"). */
const Check = z.string();

/** `GET /api/v1/health`: 200 when healthy, 503 otherwise with the failing check named. */
export const Health = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  version: z.string(),
  checks: z.object({ database: Check, redis: Check, storage: Check }),
});
export type Health = z.infer<typeof Health>;

/** Every public answer carries these two; the front door's truth is read from them. */
export const VERSION_HEADER = 'x-api-version';
export const SLOT_HEADER = 'x-slot';
/** A page says with each request which release it was loaded from. */
export const CLIENT_RELEASE_HEADER = 'x-client-release';
/** Repeating a mutation with the same key (1–200 printable characters) applies it once and repeats the answer. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
