import { get } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

const REQUESTS = 400;
const AT_ONCE = 16;

/**
 * The first requests of a process take ten times as long, until its code is compiled and its connections are open. They are
 * ours, so that a switch under load does not make them the users'.
 */
export const warmUp: SmokeTest = {
  name: 'warm-up',
  run: async (context) => {
    const { backend, frontend } = context.addresses;
    const urls = [`${backend}/api/v1/projects`, `${backend}/api/v1/health`, `${frontend}/`];
    const waiting = Array.from({ length: REQUESTS }, (_, i) => urls[i % urls.length] ?? backend).values();
    const send = async (): Promise<void> => {
      for (const url of waiting) await get(url, context);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    return `${REQUESTS} requests answered`;
  },
};
