import { page, Project } from '@devplatform/contracts';
import { get } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

/** Anonymous callers can list public projects: the API reads from the migrated database. */
export const projects: SmokeTest = {
  name: 'projects',
  run: async (context) => {
    const { text } = await get(`${context.addresses.backend}/api/v1/projects`, context);
    const { items } = page(Project).parse(JSON.parse(text));
    return `${items.length} public projects on the first page`;
  },
};
