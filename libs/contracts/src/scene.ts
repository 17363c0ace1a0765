import * as Y from 'yjs';
import { z } from 'zod';

/** One thing in a scene: an entry of the document's root map `objects`, itself a Y.Map of these fields. */
export const SceneObject = z.object({
  name: z.string().max(200),
  /** Id of the model version that is shown; null for a placeholder box. */
  model: z.uuid().nullable(),
  /** Metres. */
  position: z.tuple([z.number(), z.number(), z.number()]),
  /** Euler angles XYZ in radians. */
  rotation: z.tuple([z.number(), z.number(), z.number()]),
  scale: z.number().positive(),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
});
export type SceneObject = z.infer<typeof SceneObject>;

/**
 * The same text for equal documents, on every side: contents and state vector, keys sorted. The vector makes a lost
 * update visible even where a later one overwrote what it said. Hash it with SHA-256 to compare.
 */
export function canonicalScene(doc: Y.Doc): string {
  const vector = [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b);
  return JSON.stringify({ vector, objects: sorted(doc.getMap('objects').toJSON()) });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
