import { useCallback } from 'react';
import * as platform from '../api/platform.ts';
import type { Model, ModelVersion } from '../api/platform.ts';
import { useLoaded, type Loaded } from '../api/use-loaded.ts';

export interface ShownModel {
  readonly versionId: string;
  readonly name: string;
  /** Presigned for an hour; what was loaded once stays loaded. */
  readonly url: string;
}

const shown = (name: string, { id, urls }: ModelVersion): ShownModel[] =>
  urls === null ? [] : [{ versionId: id, name, url: urls.optimised }];

async function loadModels(projectId: string, wanted: readonly string[]): Promise<ShownModel[]> {
  const models = await allModels(projectId);
  const newest = models.flatMap((model) => (model.latest === null ? [] : shown(model.name, model.latest)));
  if (wanted.every((id) => newest.some(({ versionId }) => versionId === id))) return newest;
  // The scene shows an earlier version of some model.
  const details = await Promise.all(models.filter(({ latest }) => (latest?.number ?? 0) > 1).map(({ id }) => platform.model(id)));
  const earlier = details.flatMap(({ name, versions }) => versions.flatMap((version) => shown(`${name} (${version.number})`, version)));
  return [...newest, ...earlier.filter(({ versionId }) => wanted.includes(versionId))];
}

async function allModels(projectId: string): Promise<Model[]> {
  const models: Model[] = [];
  let cursor: string | null = null;
  do {
    const { items, next } = await platform.models(projectId, cursor);
    models.push(...items);
    cursor = next;
  } while (cursor !== null);
  return models;
}

/** What can be shown, newest model first; asked for again whenever the versions that are `wanted` change, since one may be new. */
export function useModels(projectId: string, wanted: readonly (string | null)[]): Loaded<readonly ShownModel[]> {
  const versions = [...new Set(wanted)]
    .filter((id) => id !== null)
    .sort()
    .join(' ');
  return useLoaded(useCallback(() => loadModels(projectId, versions.split(' ').filter(Boolean)), [projectId, versions]));
}
