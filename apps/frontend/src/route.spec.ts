import { describe, expect, it } from '@jest/globals';
import { parseRoute } from './route.ts';

const id = '00000000-0000-4000-8000-000000000001';

describe('parseRoute', () => {
  it('reads every page of the application', () => {
    expect(parseRoute('/')).toEqual({ page: 'projects' });
    expect(parseRoute('/sign-in')).toEqual({ page: 'sign-in' });
    expect(parseRoute(`/projects/${id}`)).toEqual({ page: 'project', projectId: id });
    expect(parseRoute(`/projects/${id}/scenes/${id}`)).toEqual({ page: 'scene', projectId: id, sceneId: id });
  });

  it.each(['/projects', '/projects/<script>', `/projects/${id}/scenes`, `/projects/${id}/x`])('does not know %s', (path) => {
    expect(parseRoute(path)).toEqual({ page: 'unknown' });
  });
});
