import { z } from 'zod';

/** What this page says of its user to the others in a scene. Other releases may say more or less. */
const Peer = z.object({
  name: z.string().max(100).catch('Someone'),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .catch('#64748b'),
  selected: z.string().nullable().catch(null),
});
export type Peer = z.infer<typeof Peer> & { readonly sessionId: string };

export function readPeers(peers: ReadonlyMap<string, unknown>): Peer[] {
  return [...peers].flatMap(([sessionId, state]) => {
    const parsed = Peer.safeParse(state);
    return parsed.success ? [{ ...parsed.data, sessionId }] : [];
  });
}

const COLORS = ['#dc2626', '#d97706', '#16a34a', '#0891b2', '#2563eb', '#7c3aed', '#c026d3', '#db2777'] as const;

/** The same session has the same colour everywhere. */
export const colorOf = (sessionId: string): string => COLORS[Number.parseInt(sessionId.slice(0, 4), 16) % COLORS.length] ?? COLORS[0];
