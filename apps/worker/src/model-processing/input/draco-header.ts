/** Metadata of a Draco buffer come before its counts; encoders for glTF write none. */
const METADATA_FLAG = 0x8000;
const EDGEBREAKER = 1;

/**
 * Triangles that a Draco buffer says it holds, read from its header without decoding it; null where that cannot be told.
 * Draco bitstream 2.2, which is what KHR_draco_mesh_compression asks for.
 */
export function dracoTriangles(bytes: Uint8Array): number | null {
  if (bytes.byteLength < 11 || new TextDecoder().decode(bytes.subarray(0, 5)) !== 'DRACO') return null;
  const flags = (bytes[9] ?? 0) | ((bytes[10] ?? 0) << 8);
  const mesh = bytes[5] === 2 && (bytes[6] ?? 0) >= 2 && bytes[7] === 1;
  if (!mesh || (flags & METADATA_FLAG) !== 0) return null;
  if (bytes[8] !== EDGEBREAKER) return readVarint(bytes, 11).value;
  const vertices = readVarint(bytes, 12);
  return readVarint(bytes, vertices.end).value;
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; at < start + 5; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return { value, end: start + 5 };
}
