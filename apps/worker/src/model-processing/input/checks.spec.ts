import { describe, expect, it } from '@jest/globals';
import { packGlb } from '../glb.ts';
import { openContainer } from './container.ts';
import { checkDeclaredSize } from './declared-size.ts';
import { dracoTriangles } from './draco-header.ts';
import { checkNodeGraph } from './node-graph.ts';
import { checkResources } from './resources.ts';

const asset = { version: '2.0' };
const triangle = { attributes: { POSITION: 0 } };

/** The checks in the pipeline's order. */
function check(file: Uint8Array): void {
  const container = openContainer(file);
  checkNodeGraph(container.gltf, checkDeclaredSize(container));
  checkResources(container);
}

const model = (document: object, binary: Uint8Array = new Uint8Array(4)): Uint8Array => packGlb({ asset, ...document }, binary);

/** `changes` are [offset, unsigned 32-bit word]. */
function patched(file: Uint8Array, ...changes: [number, number][]): Uint8Array {
  const copy = file.slice();
  for (const [offset, word] of changes) new DataView(copy.buffer).setUint32(offset, word, true);
  return copy;
}

function png(width: number, height: number): Uint8Array {
  const header = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008060000000000000000', 'hex');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}

const accessor = (count: number, type = 'VEC3'): object => ({ count, type, componentType: 5126 });
const image = (bytes: Uint8Array): [object, Uint8Array] => [
  { images: [{ bufferView: 0 }], bufferViews: [{ buffer: 0, byteLength: bytes.byteLength }], buffers: [{ byteLength: bytes.byteLength }] },
  bytes,
];
/** A chain of nodes, each the child of the one before. */
const chain = (length: number): object[] => Array.from({ length }, (_, at) => (at + 1 < length ? { children: [at + 1] } : {}));
/** Header of a Draco edgebreaker mesh with 8 vertices and 2^28 triangles. */
const dracoBomb = Buffer.from([...Buffer.from('DRACO'), 2, 2, 1, 1, 0, 0, 0, 8, 0x80, 0x80, 0x80, 0x80, 0x01]);

describe('a file is refused before anything of it is decoded', () => {
  const plain = model({});
  it.each<[code: string, what: string, file: Uint8Array]>([
    ['not-glb', 'text', new TextEncoder().encode('solid cube')],
    ['not-glb', 'nothing', new Uint8Array()],
    ['truncated', 'a header alone', plain.slice(0, 12)],
    ['truncated', 'the end is missing', plain.slice(0, -4)],
    ['truncated', 'more than the header says', new Uint8Array([...plain, 0])],
    ['truncated', 'a JSON chunk beyond the end', patched(plain, [12, 1000])],
    ['json-too-large', 'a JSON chunk of 33 MiB', patched(plain, [12, 33 * 1024 * 1024])],
    ['malformed', 'version 1', patched(plain, [4, 1])],
    ['malformed', 'a binary chunk first', patched(plain, [16, 0x004e4942])],
    ['malformed', 'no JSON', patched(plain, [20, 0x21212121])],
    ['malformed', 'negative counts', model({ accessors: [accessor(-1)] })],
    ['decompression-bomb', 'an accessor without data', model({ accessors: [accessor(2 ** 31)] })],
    ['decompression-bomb', 'many small accessors', model({ accessors: Array.from({ length: 1000 }, () => accessor(50_000, 'MAT4')) })],
    [
      'decompression-bomb',
      'a meshopt view',
      model({
        bufferViews: [
          {
            buffer: 0,
            byteLength: 4,
            extensions: { EXT_meshopt_compression: { buffer: 0, byteLength: 4, byteStride: 256, count: 2 ** 22 } },
          },
        ],
      }),
    ],
    [
      'decompression-bomb',
      'Draco triangles',
      model(
        {
          bufferViews: [{ buffer: 0, byteLength: dracoBomb.byteLength }],
          accessors: [accessor(3)],
          meshes: [{ primitives: [{ ...triangle, extensions: { KHR_draco_mesh_compression: { bufferView: 0 } } }] }],
        },
        dracoBomb,
      ),
    ],
    [
      'decompression-bomb',
      'one accessor used by many primitives',
      model({ accessors: [accessor(1_000_000)], meshes: [{ primitives: Array.from({ length: 30 }, () => triangle) }] }),
    ],
    [
      'decompression-bomb',
      'one mesh shown by many nodes',
      model({
        accessors: [accessor(1_000_000)],
        meshes: [{ primitives: [triangle] }],
        nodes: Array.from({ length: 101 }, () => ({ mesh: 0 })),
      }),
    ],
    [
      'unsupported-extension',
      'Draco that hides its size',
      model({ meshes: [{ primitives: [{ ...triangle, extensions: { KHR_draco_mesh_compression: { bufferView: 0 } } }] }] }),
    ],
    ['graph-too-deep', 'deep nodes', model({ nodes: chain(300) })],
    ['graph-too-deep', 'very many nodes', model({ nodes: Array.from({ length: 100_001 }, () => ({})) })],
    ['malformed', 'a loop', model({ nodes: [{ children: [1] }, { children: [0] }] })],
    ['malformed', 'two parents', model({ nodes: [{ children: [2] }, { children: [2] }, {}] })],
    ['malformed', 'a child that does not exist', model({ nodes: [{ children: [7] }] })],
    ['external-resource', 'a buffer elsewhere', model({ buffers: [{ uri: 'http://127.0.0.1/secret', byteLength: 4 }] })],
    ['external-resource', 'an image of this machine', model({ images: [{ uri: '../../etc/passwd' }] })],
    ['image-too-large', 'an image of 30000 × 30000 pixels', model(...image(png(30_000, 30_000)))],
    ['malformed', 'an image that is none', model(...image(new Uint8Array(64)))],
  ])('%s: %s', (code, _what, file) => {
    expect(() => {
      check(file);
    }).toThrow(expect.objectContaining({ code }));
  });

  it('lets an ordinary document pass', () => {
    const file = model({
      accessors: [accessor(3)],
      meshes: [{ primitives: [triangle] }],
      nodes: [{ children: [1] }, { mesh: 0 }],
      images: [{ uri: `data:image/png;base64,${Buffer.from(png(64, 64)).toString('base64')}` }],
    });
    expect(() => {
      check(file);
    }).not.toThrow();
  });
});

describe('dracoTriangles', () => {
  it('reads the count of both mesh encodings', () => {
    expect(dracoTriangles(dracoBomb)).toBe(2 ** 28);
    expect(dracoTriangles(Buffer.from([...Buffer.from('DRACO'), 2, 2, 1, 0, 0, 0, 0x90, 0x03, 8]))).toBe(400);
  });
});
