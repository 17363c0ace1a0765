export type Route =
  | { readonly page: 'projects' }
  | { readonly page: 'sign-in' }
  | { readonly page: 'project'; readonly projectId: string }
  | { readonly page: 'scene'; readonly projectId: string; readonly sceneId: string }
  | { readonly page: 'unknown' };

const ID = '([0-9a-f-]{36})';
const PROJECT = new RegExp(`^/projects/${ID}(?:/scenes/${ID})?$`);

export function parseRoute(pathname: string): Route {
  if (pathname === '/') return { page: 'projects' };
  if (pathname === '/sign-in') return { page: 'sign-in' };
  const [, projectId, sceneId] = PROJECT.exec(pathname) ?? [];
  if (projectId === undefined) return { page: 'unknown' };
  return sceneId === undefined ? { page: 'project', projectId } : { page: 'scene', projectId, sceneId };
}
