import { crc32, deflateSync } from 'node:zlib';

export interface GlbSpec {
  /** Size of the file, rounded down to a multiple of 4; from 128 KiB to 200 MiB. */
  readonly bytes: number;
  /** The same seed gives the same file. */
  readonly seed: number;
  /** How finely the sphere is divided, 1 (3,072 triangles) to 16; each doubling makes four times the work for who processes it. */
  readonly detail?: number;
}

/** The JSON chunk is padded to this, so that nothing else depends on how long it is. */
const JSON_BYTES = 16 * 1024;
const HEADERS = 28;
const EDGE = 2048;
const RINGS = 32;
const SEGMENTS = 48;

/**
 * A valid GLB of the size that is asked for: a row of spheres, each with a texture of noise that no compression makes
 * smaller. 100 MB take about a second.
 */
export function generateGlb({ bytes, seed, detail = 1 }: GlbSpec): Uint8Array<ArrayBuffer> {
  if (bytes < 128 * 1024 || bytes > 200 * 1024 * 1024) throw new Error(`a GLB of ${bytes} bytes cannot be generated`);
  const length = bytes - (bytes % 4);
  const binaryLength = length - JSON_BYTES - HEADERS;
  const geometry = sphere(RINGS * detail, SEGMENTS * detail);
  if (binaryLength < geometry.bytes.byteLength) throw new Error(`a GLB of ${bytes} bytes has no room for detail ${detail}`);
  const random = noiseSource(seed);
  const images: Uint8Array[] = [];
  let left = binaryLength - geometry.bytes.byteLength;
  for (let image = noiseImage(left, random); image !== null; image = noiseImage(left, random)) {
    images.push(image);
    left -= aligned(image.byteLength);
  }
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  const json = JSON.stringify(describe(geometry, images, binaryLength)).padEnd(JSON_BYTES, ' ');
  [0x46546c67, 2, length, JSON_BYTES, 0x4e4f534a].forEach((word, at) => {
    view.setUint32(at * 4, word, true);
  });
  file.set(Buffer.from(json), 20);
  view.setUint32(20 + JSON_BYTES, binaryLength, true);
  view.setUint32(24 + JSON_BYTES, 0x004e4942, true);
  let offset = HEADERS + JSON_BYTES;
  for (const part of [geometry.bytes, ...images]) {
    file.set(part, offset);
    offset += aligned(part.byteLength);
  }
  return file;
}

interface Geometry {
  readonly bytes: Uint8Array;
  readonly vertices: number;
  readonly indices: number;
}

/** Radius 1; positions (which are the normals too), texture coordinates, indices. */
function sphere(rings: number, segments: number): Geometry {
  const positions: number[] = [];
  const coordinates: number[] = [];
  const indices: number[] = [];
  for (let ring = 0; ring <= rings; ring += 1) {
    for (let segment = 0; segment <= segments; segment += 1) {
      const [v, u] = [ring / rings, segment / segments];
      const [latitude, longitude] = [v * Math.PI, u * 2 * Math.PI];
      positions.push(Math.sin(latitude) * Math.cos(longitude), Math.cos(latitude), -Math.sin(latitude) * Math.sin(longitude));
      coordinates.push(u, v);
      if (ring === rings || segment === segments) continue;
      const [here, below] = [ring * (segments + 1) + segment, (ring + 1) * (segments + 1) + segment];
      indices.push(here, below, here + 1, here + 1, below, below + 1);
    }
  }
  const bytes = Buffer.concat(
    [new Float32Array([...positions, ...coordinates]), new Uint32Array(indices)].map((part) => Buffer.from(part.buffer)),
  );
  return { bytes, vertices: positions.length / 3, indices: indices.length };
}

function describe({ bytes, vertices, indices }: Geometry, images: readonly Uint8Array[], binaryLength: number): object {
  let offset = bytes.byteLength;
  const imageViews = images.map(({ byteLength }) => {
    const view = { buffer: 0, byteOffset: offset, byteLength };
    offset += aligned(byteLength);
    return view;
  });
  const attributes = { POSITION: 0, NORMAL: 0, TEXCOORD_0: 1 };
  return {
    asset: { version: '2.0', generator: 'devplatform' },
    scene: 0,
    scenes: [{ nodes: images.map((_, at) => at) }],
    nodes: images.map((_, at) => ({ mesh: at, translation: [at * 2.5, 0, 0] })),
    meshes: images.map((_, at) => ({ primitives: [{ attributes, indices: 2, material: at }] })),
    materials: images.map((_, index) => ({ pbrMetallicRoughness: { baseColorTexture: { index }, metallicFactor: 0 } })),
    textures: images.map((_, source) => ({ source })),
    images: images.map((_, at) => ({ bufferView: at + 3, mimeType: 'image/png' })),
    accessors: [
      { bufferView: 0, componentType: 5126, count: vertices, type: 'VEC3', min: [-1, -1, -1], max: [1, 1, 1] },
      { bufferView: 1, componentType: 5126, count: vertices, type: 'VEC2' },
      { bufferView: 2, componentType: 5125, count: indices, type: 'SCALAR' },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: vertices * 12, target: 34962 },
      { buffer: 0, byteOffset: vertices * 12, byteLength: vertices * 8, target: 34962 },
      { buffer: 0, byteOffset: vertices * 20, byteLength: indices * 4, target: 34963 },
      ...imageViews,
    ],
    buffers: [{ byteLength: binaryLength }],
  };
}

/** The largest PNG of noise that fits into `room` bytes, at most 2048 pixels wide and high; null where none does. */
function noiseImage(room: number, random: (bytes: number) => Uint8Array): Uint8Array | null {
  const width = Math.min(EDGE, Math.floor(Math.sqrt(Math.max(0, room) / 3)));
  const row = 1 + 3 * width;
  // Stored blocks of deflate add 5 bytes to every 64 KiB, the chunks of PNG less than 100.
  const height = Math.min(EDGE, Math.floor((room - 256) / (row + row / 8192)));
  if (width < 8 || height < 8) return null;
  const pixels = random(row * height);
  for (let y = 0; y < height; y += 1) pixels[y * row] = 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(pixels, { level: 0 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const chunk = Buffer.alloc(body.byteLength + 8);
  chunk.writeUInt32BE(data.byteLength, 0);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), body.byteLength + 4);
  return chunk;
}

/** xorshift32; four bytes a step. */
function noiseSource(seed: number): (bytes: number) => Uint8Array {
  let state = seed | 0 || 1;
  return (bytes) => {
    const words = new Int32Array(Math.ceil(bytes / 4));
    for (let at = 0; at < words.length; at += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[at] = state;
    }
    return new Uint8Array(words.buffer, 0, bytes);
  };
}

const aligned = (bytes: number): number => Math.ceil(bytes / 4) * 4;
