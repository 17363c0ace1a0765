import type { Checkpoint } from '@devplatform/contracts';
import type { ObjectStore } from '@devplatform/runtime/storage';
import type { ThreadRequest } from './messages.ts';
import { nextStep, nothingYet, type Recipe } from './plan.ts';
import { resume } from './resume.ts';
import { performStep, TOOLS } from './steps.ts';
import { Workbench } from './workbench.ts';

export interface Progress {
  /** After each step. */
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  readonly onStartOver: (reason: string) => void;
  /** Asked before each step. */
  readonly isToStop: () => boolean;
}

/**
 * From an uploaded file in the store to its derived files in the store, or as far as it may go: the answer is what is made then.
 * Their keys say of which bytes and by which tools they were made, so doing it again finds what is already there. Throws
 * Rejection when the file is at fault.
 */
export async function processStoredModel(
  store: ObjectStore,
  { source, options, slot, checkpoint: left }: ThreadRequest,
  { onCheckpoint, onStartOver, isToStop }: Progress,
): Promise<Checkpoint> {
  const levels = [...options.levels].sort((a, b) => b - a);
  const recipe: Recipe = { tools: TOOLS, sha256: source.sha256, levels, thumbnail: options.thumbnail };
  const folder = `derived/${source.sha256}/${TOOLS}`;
  const resumed = left === null ? nothingYet(recipe) : await resume(store, left, recipe, folder);
  if (typeof resumed === 'string') onStartOver(resumed);
  let checkpoint = typeof resumed === 'string' ? nothingYet(recipe) : resumed;
  const bench = new Workbench(store, source, folder);
  for (let step = nextStep(checkpoint); step !== null && !isToStop(); step = nextStep(checkpoint)) {
    const start = performance.now();
    const made = await performStep(step, checkpoint, bench);
    const done = { step, slot, ms: Math.round(performance.now() - start) };
    checkpoint = { ...checkpoint, ...made, steps: [...checkpoint.steps, done] };
    onCheckpoint(checkpoint);
  }
  return checkpoint;
}
