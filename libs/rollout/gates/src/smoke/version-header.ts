import { SLOT_HEADER, VERSION_HEADER } from '@devplatform/contracts';
import { get } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

/** X-API-Version is the expected version and X-Slot this slot: by them the front door's switch is judged. */
export const versionHeader: SmokeTest = {
  name: 'version-header',
  run: async (context) => {
    const { headers } = await get(`${context.addresses.backend}/api/v1/health`, context);
    const version = headers.get(VERSION_HEADER);
    const slot = headers.get(SLOT_HEADER);
    if (version !== context.version) throw new Error(`X-API-Version says ${version ?? 'nothing'}, expected was ${context.version}`);
    if (slot !== context.slot) throw new Error(`X-Slot says ${slot ?? 'nothing'}, expected was ${context.slot}`);
    return `${version} in ${slot}`;
  },
};
