import type { Checkpoint } from '@devplatform/contracts';
import { MAX_SIMPLIFIED_TRIANGLES } from '../input/limits.ts';
import type { ProcessedModel } from './messages.ts';

export type Recipe = Checkpoint['recipe'];

/** `inspect` also verifies the hash and everything else that a file must be; a level is made of the one before it. */
export type Step = 'inspect' | 'optimise' | 'thumbnail' | `level-${number}`;

export const nothingYet = (recipe: Recipe): Checkpoint => ({
  ...{ recipe, inspect: null, optimised: null, thumbnail: null, levels: [], steps: [] },
});

/** The step that comes after a checkpoint, wherever it was written; null where everything is made. */
export function nextStep({ recipe, inspect, optimised, thumbnail, levels }: Checkpoint): Step | null {
  if (inspect === null) return 'inspect';
  if (optimised === null) return 'optimise';
  if (thumbnail === null) return 'thumbnail';
  const ratio = optimised.triangles > MAX_SIMPLIFIED_TRIANGLES ? undefined : recipe.levels[levels.length];
  return ratio === undefined ? null : `level-${ratio}`;
}

/** What was made; null while a step is left. */
export function modelOf(checkpoint: Checkpoint): ProcessedModel | null {
  const { inspect, optimised, thumbnail, levels } = checkpoint;
  if (nextStep(checkpoint) !== null || inspect === null || optimised === null || thumbnail === null) return null;
  return { inspect, optimised: { key: optimised.key, size: optimised.size }, thumbnail, levels };
}
