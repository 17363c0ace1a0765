import { packGlb } from '../model-processing/glb.ts';

const CORNERS = new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
const FACES = new Uint16Array([0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3]);

const DOCUMENT = {
  asset: { version: '2.0' },
  scene: 0,
  scenes: [{ nodes: [0] }],
  nodes: [{ mesh: 0 }],
  meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
  accessors: [
    { bufferView: 0, componentType: 5126, count: 4, type: 'VEC3', min: [0, 0, 0], max: [1, 1, 1] },
    { bufferView: 1, componentType: 5123, count: 12, type: 'SCALAR' },
  ],
  bufferViews: [
    { buffer: 0, byteLength: CORNERS.byteLength, target: 34962 },
    { buffer: 0, byteOffset: CORNERS.byteLength, byteLength: FACES.byteLength, target: 34963 },
  ],
  buffers: [{ byteLength: CORNERS.byteLength + FACES.byteLength }],
};

/** The smallest solid, as a GLB file. */
export function tetrahedron(): Uint8Array<ArrayBuffer> {
  return packGlb(DOCUMENT, Buffer.concat([Buffer.from(CORNERS.buffer), Buffer.from(FACES.buffer)]));
}
