import type { Vector } from '../session/scene-objects.ts';

/** Metres for one press. */
const STEP = 0.25;

const DIRECTIONS: Readonly<Record<string, Vector>> = {
  ArrowLeft: [-STEP, 0, 0],
  ArrowRight: [STEP, 0, 0],
  ArrowUp: [0, 0, -STEP],
  ArrowDown: [0, 0, STEP],
  PageUp: [0, STEP, 0],
  PageDown: [0, -STEP, 0],
};

/** Where `position` is after this key; null for a key that moves nothing. */
export function movedByKey(key: string, [x, y, z]: Vector): Vector | null {
  const step = DIRECTIONS[key];
  return step === undefined ? null : [x + step[0], y + step[1], z + step[2]];
}
