const MIB = 1024 * 1024;

/** What a model may ask of this process, judged by what the file declares, before anything of it is decoded. */
export const LIMITS = {
  jsonBytes: 32 * MIB,
  /** Accessors as plain arrays, whatever compression or sparse storage makes of them in the file. */
  decodedBytes: 512 * MIB,
  /** Over all primitives and their morph targets. */
  vertices: 20_000_000,
  indices: 60_000_000,
  /** Vertices and indices again for each node that shows a mesh. */
  drawn: 100_000_000,
  imagePixels: 64 * MIB,
  allImagePixels: 256 * MIB,
  nodes: 100_000,
  nodeDepth: 256,
} as const;

/** Above this, welding and simplifying would take minutes and gigabytes; the model is served without levels of detail. */
export const MAX_SIMPLIFIED_TRIANGLES = 5_000_000;
