import { z } from 'zod';

const index = z.int().min(0);
const size = z.int().min(0);
const attributes = z.record(z.string(), index);
const Compressed = z.object({ buffer: index, byteOffset: size.default(0), byteLength: size, byteStride: size, count: size });

/** The part of a glTF document that decides how much work and memory the rest will take. */
export const Gltf = z.object({
  extensionsRequired: z.array(z.string()).default([]),
  buffers: z.array(z.object({ uri: z.string().optional(), byteLength: size })).default([]),
  bufferViews: z
    .array(
      z.object({
        buffer: index,
        byteOffset: size.default(0),
        byteLength: size,
        extensions: z.object({ EXT_meshopt_compression: Compressed.optional() }).optional(),
      }),
    )
    .default([]),
  accessors: z.array(z.object({ count: size, type: z.string(), componentType: z.int() })).default([]),
  images: z.array(z.object({ uri: z.string().optional(), bufferView: index.optional() })).default([]),
  meshes: z
    .array(
      z.object({
        primitives: z.array(
          z.object({
            attributes,
            indices: index.optional(),
            targets: z.array(attributes).default([]),
            extensions: z.object({ KHR_draco_mesh_compression: z.object({ bufferView: index }).optional() }).optional(),
          }),
        ),
      }),
    )
    .default([]),
  nodes: z.array(z.object({ children: z.array(index).default([]), mesh: index.optional() })).default([]),
});
export type Gltf = z.infer<typeof Gltf>;
