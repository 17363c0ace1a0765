import { PART_BYTES } from '@devplatform/contracts';
import type { PartClaim, StoredPart } from '@devplatform/runtime/storage';
import { ProblemError } from '../http/problem.ts';
import type { UploadRow } from './upload.entity.ts';

export const partCount = (size: number): number => Math.ceil(size / PART_BYTES);

/** Bytes of a part, counted from 1; the last one has the rest. Throws the problem `unknown-part` beyond the last. */
export function partSize(size: number, part: number): number {
  const last = partCount(size);
  if (part < 1 || part > last) throw new ProblemError(400, 'unknown-part', `This upload has the parts 1 to ${last}.`);
  return part < last ? PART_BYTES : size - (last - 1) * PART_BYTES;
}

/** What a part of the upload has to be. Throws the problems `unknown-part`, `checksum-missing` and `checksum-unexpected`. */
export function claimOf({ size, partChecksums }: UploadRow, part: number, sha256: string | undefined): PartClaim {
  const claim = { part, size: partSize(size, part) };
  if (partChecksums && sha256 !== undefined) return { ...claim, sha256 };
  if (partChecksums) throw new ProblemError(400, 'checksum-missing', `Part ${part} needs its SHA-256: the upload has partChecksums.`);
  if (sha256 === undefined) return claim;
  // S3 refuses a mixture; to ignore it would be to promise a check that nobody makes.
  throw new ProblemError(400, 'checksum-unexpected', 'The upload was created without partChecksums, so no part of it can have one.');
}

/** Etags come with and without their quotes. */
const bare = (etag: string): string => etag.replaceAll('"', '');

/** Throws the problem `parts-incomplete` unless the store has exactly what was declared, and what the client believes it has. */
export function checkParts(
  size: number,
  stored: readonly StoredPart[],
  claimed: readonly { readonly part: number; readonly etag: string }[],
): void {
  const has = new Map(stored.map((part) => [part.part, part]));
  const believes = new Map(claimed.map(({ part, etag }) => [part, bare(etag)]));
  const errors: { path: string; message: string }[] = [];
  for (let part = 1; part <= partCount(size); part += 1) {
    const found = has.get(part);
    const etag = believes.get(part);
    const path = `parts.${part}`;
    if (found === undefined) errors.push({ path, message: 'the store does not have this part' });
    else if (found.size !== partSize(size, part))
      errors.push({ path, message: `the store has ${found.size} bytes, declared were ${partSize(size, part)}` });
    else if (etag === undefined) errors.push({ path, message: 'not named in the request' });
    else if (etag !== bare(found.etag)) errors.push({ path, message: 'the store has other bytes than the etag says' });
  }
  for (const part of new Set([...has.keys(), ...believes.keys()])) {
    if (part < 1 || part > partCount(size)) errors.push({ path: `parts.${part}`, message: 'beyond the last part' });
  }
  if (errors.length === 0) return;
  throw new ProblemError(
    409,
    'parts-incomplete',
    'The parts are not those of the declared file. Nothing was completed; send the named parts again.',
    {
      errors,
    },
  );
}
