/* Every call of the pages, by name; bodies are checked here with the schema that the server checks them with. */
import {
  Annotation,
  Model,
  ModelDetail,
  NewAnnotation,
  NewProject,
  NewScene,
  page,
  Project,
  Register,
  Scene,
  SignIn,
  Task,
  Token,
} from '@devplatform/contracts';
import { z } from 'zod';
import { account } from './account.ts';
import { ApiClient } from './client.ts';
import { freshToken } from './fresh-token.ts';
import { noteAnswer } from './server-seen.ts';

export type Project = z.infer<typeof Project>;
export type Model = z.infer<typeof Model>;
export type ModelVersion = NonNullable<Model['latest']>;
export type Task = z.infer<typeof Task>;
export type Annotation = z.infer<typeof Annotation>;
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

export const client = new ApiClient({
  token: freshToken,
  onAnswer: noteAnswer,
  onUnauthenticated: () => {
    account.set(null);
  },
});

const Live = z.object({ version: z.string() });
const Me = z.object({ id: z.uuid(), name: z.string() });
const after = (cursor: string | null): string => (cursor === null ? '?limit=50' : `?limit=50&cursor=${encodeURIComponent(cursor)}`);

export const register = (body: z.input<typeof Register>) => client.post('/auth/register', Register.parse(body), Token);
export const signIn = (body: z.input<typeof SignIn>) => client.post('/auth/sign-in', SignIn.parse(body), Token);
/** Asks nothing: the headers of its answer say what the server is. Without a token, so that it keeps nobody signed in. */
export const live = () => new ApiClient({ onAnswer: noteAnswer }).get('/live', Live);
export const me = () => client.get('/auth/me', Me);

export const projects = (cursor: string | null) => client.get(`/projects${after(cursor)}`, page(Project));
export const project = (id: string) => client.get(`/projects/${id}`, Project);
export const createProject = (body: z.input<typeof NewProject>) => client.post('/projects', NewProject.parse(body), Project);

export const scenes = (project: string, cursor: string | null) => client.get(`/projects/${project}/scenes${after(cursor)}`, page(Scene));
export const scene = (id: string) => client.get(`/scenes/${id}`, Scene);
export const createScene = (project: string, body: z.input<typeof NewScene>) =>
  client.post(`/projects/${project}/scenes`, NewScene.parse(body), Scene);
export const models = (project: string, cursor: string | null) => client.get(`/projects/${project}/models${after(cursor)}`, page(Model));
/** With all its versions. */
export const model = (id: string) => client.get(`/models/${id}`, ModelDetail);
export const tasks = (project: string, cursor: string | null) => client.get(`/projects/${project}/tasks${after(cursor)}`, page(Task));

export const annotations = (project: string, cursor: string | null) =>
  client.get(`/projects/${project}/annotations${after(cursor)}`, page(Annotation));
export const annotate = (project: string, body: z.input<typeof NewAnnotation>) =>
  client.post(`/projects/${project}/annotations`, NewAnnotation.parse(body), Annotation);
/** From v1.3.0 on. */
export const resolveAnnotation = (id: string) => client.patch(`/annotations/${id}`, { status: 'resolved' }, Annotation);
