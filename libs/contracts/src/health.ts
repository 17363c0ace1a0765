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
