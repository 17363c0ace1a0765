/** Packs a glTF document and its only buffer into a GLB file. */
export function packGlb(document: object, binary: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = padded(Buffer.from(JSON.stringify(document)), 0x20);
  const data = padded(binary, 0);
  const length = 28 + json.byteLength + data.byteLength;
  const parts = [words(0x46546c67, 2, length), words(json.byteLength, 0x4e4f534a), json, words(data.byteLength, 0x004e4942), data];
  return new Uint8Array(Buffer.concat(parts));
}

const words = (...values: number[]): Uint8Array => new Uint8Array(new Uint32Array(values).buffer);

function padded(bytes: Uint8Array, filler: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4).fill(filler);
  out.set(bytes);
  return out;
}
