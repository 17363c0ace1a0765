/** Why a file is refused; stable, shown to users together with the sentence. */
export type RejectionCode =
  | 'missing'
  | 'too-large'
  | 'hash-mismatch'
  | 'not-glb'
  | 'truncated'
  | 'malformed'
  | 'json-too-large'
  | 'external-resource'
  | 'unsupported-extension'
  | 'decompression-bomb'
  | 'image-too-large'
  | 'graph-too-deep'
  | 'invalid-gltf'
  | 'too-slow'
  | 'out-of-memory'
  | 'kills-worker'
  | 'unprocessable';

/** The file itself is at fault: final, because processing the same bytes again would end the same way. */
export class Rejection extends Error {
  readonly code: RejectionCode;

  constructor(code: RejectionCode, sentence: string) {
    super(sentence);
    this.name = 'Rejection';
    this.code = code;
  }

  /** As stored with task, model version and upload. */
  override toString(): string {
    return `${this.code}: ${this.message}`;
  }
}
