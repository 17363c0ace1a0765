import { Rejection } from '../rejection.ts';
import type { Container } from './container.ts';
import { dracoTriangles } from './draco-header.ts';
import type { Gltf } from './gltf.ts';
import { LIMITS } from './limits.ts';

const COMPONENTS: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 };
const BYTES: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };

/** Vertices and indices that drawing a mesh once takes. */
export type MeshCosts = readonly number[];

/**
 * Adds up what accessors, meshopt views and Draco buffers will become in memory, and refuses a decompression bomb before
 * a byte of it is decoded. Returns the cost of drawing each mesh. Throws Rejection.
 */
export function checkDeclaredSize({ gltf, binary }: Container): MeshCosts {
  const compressed = gltf.bufferViews.map(({ extensions }) => extensions?.EXT_meshopt_compression).filter((view) => view !== undefined);
  bounded('bytes of decoded data', LIMITS.decodedBytes, [
    ...gltf.accessors.map(({ count, type, componentType }) => count * (COMPONENTS[type] ?? 16) * (BYTES[componentType] ?? 8)),
    ...compressed.map(({ count, byteStride }) => count * byteStride),
  ]);
  const costs = gltf.meshes.map(({ primitives }) =>
    primitives.map((primitive) => ({
      vertices: countOf(gltf, primitive.attributes.POSITION) * (1 + primitive.targets.length),
      indices: Math.max(countOf(gltf, primitive.indices), dracoIndices(gltf, binary, primitive)),
    })),
  );
  bounded('vertices', LIMITS.vertices, costs.flat().map(({ vertices }) => vertices)); // prettier-ignore
  bounded('indices', LIMITS.indices, costs.flat().map(({ indices }) => indices)); // prettier-ignore
  return costs.map((primitives) => primitives.reduce((sum, { vertices, indices }) => sum + vertices + indices, 0));
}

const countOf = (gltf: Gltf, accessor: number | undefined): number => (accessor === undefined ? 0 : (gltf.accessors[accessor]?.count ?? 0));

function dracoIndices(gltf: Gltf, binary: Uint8Array, { extensions }: Gltf['meshes'][number]['primitives'][number]): number {
  const draco = extensions?.KHR_draco_mesh_compression;
  if (draco === undefined) return 0;
  const view = gltf.bufferViews[draco.bufferView];
  const bytes = view === undefined ? binary.subarray(0, 0) : binary.subarray(view.byteOffset, view.byteOffset + view.byteLength);
  const triangles = dracoTriangles(bytes);
  if (triangles === null) throw new Rejection('unsupported-extension', 'The Draco-compressed geometry does not say how large it is.');
  return triangles * 3;
}

function bounded(what: string, limit: number, parts: readonly number[]): void {
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total > limit) {
    throw new Rejection('decompression-bomb', `The file declares ${total} ${what}; at most ${limit} are processed.`);
  }
}
