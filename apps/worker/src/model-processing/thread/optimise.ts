import { PropertyType, type Document } from '@gltf-transform/core';
import { dedup, meshopt, prune, reorder, simplify, weld } from '@gltf-transform/functions';
import { MeshoptEncoder, MeshoptSimplifier } from 'meshoptimizer';
import { MAX_SIMPLIFIED_TRIANGLES } from '../input/limits.ts';
import { countTriangles } from './inspect.ts';

/** Largest deviation of a level of detail, as a share of the mesh's size. */
const MAX_ERROR = 0.05;

/** Removes what is double or unused, shares vertices, then quantises and compresses with meshopt when it is written. */
export async function optimise(document: Document): Promise<void> {
  for (const mesh of document.getRoot().listMeshes()) {
    for (const primitive of mesh.listPrimitives()) if (primitive.getAttribute('POSITION') === null) primitive.dispose();
  }
  // Solid textures are kept: finding them would decode every image.
  await document.transform(dedup(), prune({ keepSolidTextures: true }));
  if (countTriangles(document) <= MAX_SIMPLIFIED_TRIANGLES) await document.transform(weld());
  await document.transform(meshopt({ encoder: MeshoptEncoder, level: 'medium' }));
}

/** Simplifies the document in place to that many triangles, or as near as the error allows. */
export async function simplifyTo(document: Document, triangles: number): Promise<void> {
  await document.transform(
    simplify({
      simplifier: MeshoptSimplifier,
      ratio: Math.min(1, triangles / Math.max(1, countTriangles(document))),
      error: MAX_ERROR,
    }),
    // Meshes that shared vertices each got their own.
    dedup({ propertyTypes: [PropertyType.ACCESSOR] }),
    reorder({ encoder: MeshoptEncoder, target: 'size' }),
  );
}
