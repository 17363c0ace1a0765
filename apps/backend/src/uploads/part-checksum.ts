import type { IncomingHttpHeaders } from 'node:http';
import { PartSha256 } from '@devplatform/contracts';
import { ProblemError } from '../http/problem.ts';

/**
 * SHA-256 in base64 that came with a part: as S3 writes it (`x-amz-checksum-sha256`) or as RFC 9530 does
 * (`repr-digest: sha-256=:…:`). Throws the problem `malformed-checksum`.
 */
export function sentChecksum(headers: IncomingHttpHeaders): string | undefined {
  const [ofS3, digests] = [headers['x-amz-checksum-sha256'], headers['repr-digest']];
  const sent = ofS3 ?? (digests === undefined ? undefined : /(?:^|,)\s*sha-256=:([^:]*):/.exec(String(digests))?.[1]);
  if (sent === undefined || PartSha256.safeParse(sent).success) return sent as string | undefined;
  throw new ProblemError(400, 'malformed-checksum', 'The checksum of the part is not the base64 of a SHA-256. Nothing was stored.');
}
