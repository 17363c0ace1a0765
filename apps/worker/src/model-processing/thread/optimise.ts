import { Logger, PropertyType, Verbosity, type Document } from '@gltf-transform/core';
import { dedup, meshopt, prune, reorder, simplify, weld } from '@gltf-transform/functions';
import { MeshoptEncoder, MeshoptSimplifier } from 'meshoptimizer';
import { MAX_SIMPLIFIED_TRIANGLES } from '../input/limits.ts';
import { countTriangles } from './inspect.ts';

/** Largest deviation of a level of detail, as a share of the mesh's size. */
const MAX_ERROR = 0.05;

/** Removes what is double or unused, shares vertices, then quantises and compresses with meshopt when it is written. */
export async function optimise(document: Document): Promise<void> {
  document.setLogger(new Logger(Verbosity.SILENT));
  for (const mesh of document.getRoot().listMeshes()) {
    for (const primitive of mesh.listPrimitives()) if (primitive.getAttribute('POSITION') === null) primitive.dispose();
  }
  // Solid textures are kept: finding them would decode every image.
  await document.transform(dedup(), prune({ keepSolidTextures: true }));
  if (countTriangles(document) <= MAX_SIMPLIFIED_TRIANGLES) await document.transform(weld());
  await document.transform(meshopt({ encoder: MeshoptEncoder, level: 'medium' }));
}

/**
 * Yields once for each level of detail, the finest first, with the document simplified in place to that share of the
 * triangles it had at the start (or as near as the error allows). Nothing for a model that is too large to simplify.
 */
export async function* levelsOf(document: Document, ratios: readonly number[]): AsyncGenerator<{ ratio: number; triangles: number }> {
  const original = countTriangles(document);
  if (original > MAX_SIMPLIFIED_TRIANGLES) return;
  for (const ratio of [...ratios].sort((a, b) => b - a)) {
    const share = Math.min(1, (original * ratio) / Math.max(1, countTriangles(document)));
    await document.transform(
      simplify({ simplifier: MeshoptSimplifier, ratio: share, error: MAX_ERROR }),
      // Meshes that shared vertices each got their own.
      dedup({ propertyTypes: [PropertyType.ACCESSOR] }),
      reorder({ encoder: MeshoptEncoder, target: 'size' }),
    );
    yield { ratio, triangles: countTriangles(document) };
  }
}
