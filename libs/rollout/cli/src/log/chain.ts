import { createHash } from 'node:crypto';
import { DeploymentRecord } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { parsed } from '../lines.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A line of the deployment log. Each holds the hash of the one before, so that none can be changed or taken out unseen. */
export const Link = z.object({
  n: z.int().positive(),
  /** null: the first of the chain. */
  previous: Hash.nullable(),
  /** Exactly as it was written: the hash covers its text. */
  record: z.looseObject({ id: z.uuid() }),
  /** SHA-256 of `[n, previous, record]` as JSON. */
  hash: Hash,
});
export type Link = z.infer<typeof Link>;

/** The newest link, kept beside the log: a tail that was cut off leaves a chain that is whole. */
export const Head = Link.pick({ n: true, hash: true });
export type Head = z.infer<typeof Head>;

export const hashOf = ({ n, previous, record }: Omit<Link, 'hash'>): string =>
  createHash('sha256')
    .update(JSON.stringify([n, previous, record]))
    .digest('hex');

export function linkAfter(last: Link | null, record: DeploymentRecord): Link {
  const link = { n: (last?.n ?? 0) + 1, previous: last?.hash ?? null, record };
  return { ...link, hash: hashOf(link) };
}

/** A line, as far as it can be read by itself; `null`: it is neither a link nor a record. */
export type Line =
  { readonly kind: 'link'; readonly link: Link } | { readonly kind: 'before-chain'; readonly record: DeploymentRecord } | null;

export function lineOf(text: string): Line {
  const value = parsed(text);
  const link = Link.safeParse(value);
  if (link.success) return { kind: 'link', link: link.data };
  const record = DeploymentRecord.safeParse(value);
  return record.success ? { kind: 'before-chain', record: record.data } : null;
}

export interface Fault {
  /** From 1. */
  readonly line: number;
  readonly why: string;
}

/** The first line that does not fit; null: the chain is unbroken, up to the head that is remembered. */
export function faultOf(lines: readonly Line[], head: Head | null): Fault | null {
  let last: Link | null = null;
  for (const [at, line] of lines.entries()) {
    const fault = (why: string): Fault => ({ line: at + 1, why });
    if (line === null) return fault('it is no line of a deployment log');
    if (line.kind === 'before-chain') {
      if (last !== null) return fault('it has no hash, and lines before it have');
      continue;
    }
    const { link } = line;
    if (hashOf(link) !== link.hash) return fault('it was changed after it was written: its hash is another one');
    if (link.n !== (last?.n ?? 0) + 1 || link.previous !== (last?.hash ?? null))
      return fault('it does not follow the line before it: one was taken out, added or moved');
    last = link;
  }
  if (head === null || isAt(head, last)) return null;
  return { line: lines.length, why: `lines are missing after it: the log was at number ${head.n}` };
}

/** Whoever was killed between line and head left the head one behind. */
export const isAt = (head: Head, last: Link | null): boolean =>
  head.hash === last?.hash || (last !== null && head.hash === last.previous && head.n === last.n - 1);
