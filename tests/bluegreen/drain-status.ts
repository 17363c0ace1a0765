import { DrainStatus, type Slot } from '@devplatform/contracts';
import type { LocalEnvironment } from '@devplatform/harness';

/** What a slot itself says of its drain, on its control plane. Throws where nothing runs there. */
export async function drainStatus(environment: LocalEnvironment, slot: Slot): Promise<DrainStatus> {
  const addresses = environment.slots()[slot];
  if (addresses === null) throw new Error(`nothing runs in ${slot}`);
  const headers = { authorization: `Bearer ${addresses.internalToken}` };
  return DrainStatus.parse(await (await fetch(`${addresses.backendInternal}/drain`, { headers })).json());
}
