import { isDeepStrictEqual } from 'node:util';
import { Checkpoint } from '@devplatform/contracts';
import type { ObjectStore } from '@devplatform/runtime/storage';
import type { Recipe } from './plan.ts';

/**
 * The checkpoint that another process left, if it can be relied upon: same recipe, and each of its files is in the store.
 * Otherwise the reason why the model is started over; that is never an error.
 */
export async function resume(store: ObjectStore, left: unknown, recipe: Recipe, folder: string): Promise<Checkpoint | string> {
  const parsed = Checkpoint.safeParse(left);
  if (!parsed.success) return 'the checkpoint cannot be read';
  const checkpoint = parsed.data;
  if (!isDeepStrictEqual(checkpoint.recipe, recipe)) return 'the checkpoint is of another recipe';
  const { optimised, thumbnail, levels } = checkpoint;
  for (const file of [optimised, thumbnail, ...levels]) {
    if (file === null) continue;
    if (!file.key.startsWith(`${folder}/`)) return `${file.key} is none of this model's files`;
    if ((await store.size(file.key)) !== file.size) return `${file.key} is not in the store as it was written`;
  }
  return checkpoint;
}
