import { Rejection } from '../rejection.ts';
import type { MeshCosts } from './declared-size.ts';
import type { Gltf } from './gltf.ts';
import { LIMITS } from './limits.ts';

/**
 * The node graph must be a forest of bounded depth: everything after this walks it recursively. Drawing it may not take
 * more than the limit, however often nodes show the same mesh. Throws Rejection.
 */
export function checkNodeGraph({ nodes }: Gltf, costs: MeshCosts): void {
  if (nodes.length > LIMITS.nodes)
    throw new Rejection('graph-too-deep', `The scene has ${nodes.length} nodes; at most ${LIMITS.nodes} are read.`);
  const drawn = nodes.reduce((sum, { mesh }) => sum + (mesh === undefined ? 0 : (costs[mesh] ?? 0)), 0);
  if (drawn > LIMITS.drawn) {
    throw new Rejection('decompression-bomb', `The scene draws ${drawn} vertices and indices; at most ${LIMITS.drawn} are processed.`);
  }
  const isChild = new Uint8Array(nodes.length);
  for (const child of nodes.flatMap(({ children }) => children)) {
    if (isChild[child] !== 0) throw new Rejection('malformed', `Node ${child} does not exist or has more than one parent.`);
    isChild[child] = 1;
  }
  let level = [...nodes.keys()].filter((node) => isChild[node] === 0);
  let reached = 0;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > LIMITS.nodeDepth) throw new Rejection('graph-too-deep', `Nodes are nested deeper than ${LIMITS.nodeDepth} levels.`);
    reached += level.length;
    level = level.flatMap((node) => nodes[node]?.children ?? []);
  }
  if (reached < nodes.length) throw new Rejection('malformed', 'The node graph contains a loop.');
}
