import { Health } from '@devplatform/contracts';
import { get } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

/** The health endpoint answers 200, names the expected version, and reaches database, Redis and storage. */
export const health: SmokeTest = {
  name: 'health',
  run: async (context) => {
    const { text } = await get(`${context.addresses.backend}/api/v1/health`, context);
    const { status, version, checks } = Health.parse(JSON.parse(text));
    if (status !== 'healthy') throw new Error(`the status is ${status}`);
    if (version !== context.version) throw new Error(`it says version ${version}, expected was ${context.version}`);
    const failing = Object.entries(checks).filter(([, said]) => said !== 'connected');
    if (failing.length > 0) throw new Error(failing.map(([name, said]) => `${name} ${said}`).join(', '));
    return `healthy, ${version}, ${Object.keys(checks).join(', ')} connected`;
  },
};
