import type { SceneObject } from '@devplatform/contracts';

const COLORS = ['#60a5fa', '#f87171', '#34d399', '#fbbf24', '#a78bfa', '#f472b6'] as const;
/** Objects on one row, two metres apart. */
const ROW = 5;

/** The next object: on a free place of a grid, so that a new one does not hide behind another. */
export function newObject(count: number, model: { readonly versionId: string; readonly name: string } | null): SceneObject {
  const x = ((count % ROW) - (ROW - 1) / 2) * 2;
  const z = Math.floor(count / ROW) * 2;
  return {
    name: `${model?.name ?? 'Box'} ${count + 1}`.slice(0, 200),
    model: model?.versionId ?? null,
    position: [x, 0, z],
    rotation: [0, 0, 0],
    scale: 1,
    color: COLORS[count % COLORS.length] ?? COLORS[0],
  };
}
