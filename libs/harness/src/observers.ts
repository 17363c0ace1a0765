import { HttpObserver } from './http-observer.ts';
import { SceneEditors } from './scene-editors.ts';
import { Uploader } from './uploader.ts';

/** Those that run in a process of their own. */
export const OBSERVERS = { http: HttpObserver, editors: SceneEditors, uploads: Uploader } as const;
export type Observers = typeof OBSERVERS;
export type ObserverKind = keyof Observers;

/** What the processes say to each other. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}
export type Reply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };
