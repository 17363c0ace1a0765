import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/*
 * Binary frames; all integers are lib0 variable-length unsigned (7 bits a byte, low first, high bit = more follows).
 *   1 update   client → server: 1, cseq, length, Yjs update
 *   2 updates  server → client: 2, first seq, count, count × (length, Yjs update); seq is contiguous
 *   3 snapshot server → client: 3, seq, length, Yjs update that stands for the journal up to seq
 */
export interface UpdateFrame {
  readonly kind: 'update';
  readonly cseq: number;
  readonly payload: Uint8Array;
}
export interface UpdatesFrame {
  readonly kind: 'updates';
  readonly firstSeq: number;
  readonly payloads: readonly Uint8Array[];
}
export interface SnapshotFrame {
  readonly kind: 'snapshot';
  readonly seq: number;
  readonly payload: Uint8Array;
}
export type Frame = UpdateFrame | UpdatesFrame | SnapshotFrame;

export function encodeFrame(frame: Frame): Uint8Array {
  const out = encoding.createEncoder();
  switch (frame.kind) {
    case 'update':
      encoding.writeVarUint(out, 1);
      encoding.writeVarUint(out, frame.cseq);
      encoding.writeVarUint8Array(out, frame.payload);
      break;
    case 'updates':
      encoding.writeVarUint(out, 2);
      encoding.writeVarUint(out, frame.firstSeq);
      encoding.writeVarUint(out, frame.payloads.length);
      for (const payload of frame.payloads) encoding.writeVarUint8Array(out, payload);
      break;
    case 'snapshot':
      encoding.writeVarUint(out, 3);
      encoding.writeVarUint(out, frame.seq);
      encoding.writeVarUint8Array(out, frame.payload);
  }
  return encoding.toUint8Array(out);
}

/** Throws on anything that is not exactly one frame. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const input = decoding.createDecoder(bytes);
  const frame = read(input);
  if (decoding.hasContent(input)) throw new Error('bytes after the end of the frame');
  return frame;
}

function read(input: decoding.Decoder): Frame {
  const kind = decoding.readVarUint(input);
  switch (kind) {
    case 1:
      return { kind: 'update', cseq: decoding.readVarUint(input), payload: decoding.readVarUint8Array(input) };
    case 2: {
      const firstSeq = decoding.readVarUint(input);
      const count = decoding.readVarUint(input);
      const payloads: Uint8Array[] = [];
      for (let i = 0; i < count; i += 1) payloads.push(decoding.readVarUint8Array(input));
      return { kind: 'updates', firstSeq, payloads };
    }
    case 3:
      return { kind: 'snapshot', seq: decoding.readVarUint(input), payload: decoding.readVarUint8Array(input) };
    default:
      throw new Error(`unknown frame kind ${String(kind)}`);
  }
}
