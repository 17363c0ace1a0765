import { control, get } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

/** The processes still answer on the paths that touch no dependency. */
export const liveness: SmokeTest = {
  name: 'liveness',
  run: async (context) => {
    const { backend, frontend, workerInternal } = context.addresses;
    await Promise.all([
      control('GET', '/live', context),
      ...[`${backend}/api/v1/live`, `${frontend}/`, `${workerInternal}/live`].map((url) => get(url, context)),
    ]);
    return 'backend, frontend and worker answer';
  },
};
