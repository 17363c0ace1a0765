import { Rejection } from '../rejection.ts';
import { Gltf } from './gltf.ts';
import { LIMITS } from './limits.ts';

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;

export interface Container {
  readonly gltf: Gltf;
  /** A view of the file, not a copy; empty where there is no binary chunk. */
  readonly binary: Uint8Array;
}

/** Takes a GLB file (glTF 2.0 binary) apart. Throws Rejection. */
export function openContainer(file: Uint8Array): Container {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < 4 || view.getUint32(0, true) !== MAGIC) {
    throw new Rejection('not-glb', 'The file is not a GLB: it does not begin with "glTF".');
  }
  if (file.byteLength < 20) throw new Rejection('truncated', `The file ends after ${file.byteLength} bytes, inside its header.`);
  const version = view.getUint32(4, true);
  if (version !== 2) throw new Rejection('malformed', `The file is GLB version ${version}; only version 2 can be read.`);
  const length = view.getUint32(8, true);
  if (length !== file.byteLength) {
    throw new Rejection('truncated', `The file has ${file.byteLength} bytes, but its header says ${length}.`);
  }
  const jsonLength = view.getUint32(12, true);
  if (view.getUint32(16, true) !== JSON_CHUNK) throw new Rejection('malformed', 'The first chunk of the file is not JSON.');
  if (jsonLength > LIMITS.jsonBytes) {
    throw new Rejection('json-too-large', `The JSON chunk has ${jsonLength} bytes; at most ${LIMITS.jsonBytes} are read.`);
  }
  if (20 + jsonLength > length) throw new Rejection('truncated', 'The JSON chunk is longer than the file.');
  const gltf = parseGltf(file.subarray(20, 20 + jsonLength));
  return { gltf, binary: binaryChunk(file, view, 20 + jsonLength) };
}

function binaryChunk(file: Uint8Array, view: DataView, offset: number): Uint8Array {
  if (offset === file.byteLength) return new Uint8Array();
  if (offset + 8 > file.byteLength) throw new Rejection('truncated', 'The file ends inside the header of its binary chunk.');
  const end = offset + 8 + view.getUint32(offset, true);
  if (end > file.byteLength) throw new Rejection('truncated', 'The binary chunk is longer than the file.');
  return view.getUint32(offset + 4, true) === BINARY_CHUNK ? file.subarray(offset + 8, end) : new Uint8Array();
}

function parseGltf(bytes: Uint8Array): Gltf {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Rejection('malformed', 'The JSON chunk is not JSON.');
  }
  const parsed = Gltf.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Rejection(
    'malformed',
    `The glTF document is not valid at ${issue?.path.join('.') ?? 'its root'}: ${issue?.message ?? 'unknown'}.`,
  );
}
