import { z } from 'zod';
import { FrontDoorAdmin } from './front-door-admin.ts';
import { FrontDoor } from './front-door.ts';
import { RoutingTable } from './routing-table.ts';

const Environment = z.object({
  ROUTES_FILE: z.string(),
  ADMIN_TOKEN: z.string().min(32),
  S3_ENDPOINT: z.url(),
  S3_BUCKET: z.string(),
});

/** Milliseconds that running requests have after SIGTERM. */
const GRACE_MS = 10_000;

const { ROUTES_FILE, ADMIN_TOKEN, S3_ENDPOINT, S3_BUCKET } = Environment.parse(process.env);
const table = new RoutingTable(ROUTES_FILE);
const door = new FrontDoor(table, { endpoint: S3_ENDPOINT, bucket: S3_BUCKET });
const admin = new FrontDoorAdmin(table, door, ADMIN_TOKEN);

await door.listen(table.record.port);
await admin.listen(table.record.adminPort);
console.log(`front door on port ${table.record.port}, active: ${table.record.active ?? 'none'}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void Promise.all([door.close(GRACE_MS), admin.close()]).then(() => process.exit(0));
  });
}
