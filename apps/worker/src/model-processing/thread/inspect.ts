import { getBounds, Primitive, type Document } from '@gltf-transform/core';
import type { Inspection } from './messages.ts';

const { TRIANGLES, TRIANGLE_STRIP, TRIANGLE_FAN } = Primitive.Mode;

/** Counts what is in the document, each mesh once; bounds in metres over all that its scenes show, zeros for an empty one. */
export function inspectDocument(document: Document): Inspection {
  const root = document.getRoot();
  const primitives = root.listMeshes().flatMap((mesh) => mesh.listPrimitives());
  return {
    triangles: countTriangles(document),
    vertices: primitives.reduce((sum, primitive) => sum + (primitive.getAttribute('POSITION')?.getCount() ?? 0), 0),
    meshes: root.listMeshes().length,
    materials: root.listMaterials().length,
    textures: root.listTextures().length,
    animations: root.listAnimations().length,
    bounds: boundsOf(document),
  };
}

export function countTriangles(document: Document): number {
  const meshes = document.getRoot().listMeshes();
  return meshes.flatMap((mesh) => mesh.listPrimitives()).reduce((sum, primitive) => sum + trianglesOf(primitive), 0);
}

function trianglesOf(primitive: Primitive): number {
  const count = (primitive.getIndices() ?? primitive.getAttribute('POSITION'))?.getCount() ?? 0;
  const mode = primitive.getMode();
  if (mode === TRIANGLES) return Math.floor(count / 3);
  return mode === TRIANGLE_STRIP || mode === TRIANGLE_FAN ? Math.max(0, count - 2) : 0;
}

function boundsOf(document: Document): Inspection['bounds'] {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (const scene of document.getRoot().listScenes()) {
    const bounds = getBounds(scene);
    for (let axis = 0; axis < 3; axis += 1) {
      min[axis] = Math.min(min[axis] ?? 0, bounds.min[axis] ?? 0);
      max[axis] = Math.max(max[axis] ?? 0, bounds.max[axis] ?? 0);
    }
  }
  const bounded = [...min, ...max].every(Number.isFinite);
  return bounded ? { min, max } : { min: [0, 0, 0], max: [0, 0, 0] };
}
