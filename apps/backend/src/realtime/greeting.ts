import { CloseCode, PROTOCOL_WINDOW } from '@devplatform/contracts';
import type { Hello, Welcome } from '@devplatform/contracts';
import type { JournalStore, Position, Snapshot } from './journal-store.ts';
import type { SceneAccess, SceneDenial } from './ports.ts';

/** Why a connection is not taken: a close code and one sentence (at most 123 bytes, as WebSocket has it). */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

export interface Greeting {
  readonly welcome: Omit<Welcome, 'release' | 'slot' | 'draining'>;
  /** What the document starts anew from; null in mode `delta`. */
  readonly snapshot: Snapshot | null;
  /** Null: anonymous. */
  readonly userId: string | null;
  /** Milliseconds since 1970 when the token runs out. */
  readonly expiresAt: number | null;
}

const DENIED: Record<SceneDenial, Refusal> = {
  unauthenticated: new Refusal(CloseCode.unauthenticated, 'The token is missing, wrong or expired. Sign in again.'),
  forbidden: new Refusal(CloseCode.forbidden, 'This scene is not yours to open.'),
  'unknown-scene': new Refusal(CloseCode.unknownScene, 'There is no such scene.'),
};
const EMPTY: Snapshot = { seq: 0, payload: new Uint8Array([0, 0]) };

/** Highest version that both speak. */
export function commonProtocol([min, max]: readonly [number, number], [ownMin, ownMax] = PROTOCOL_WINDOW): number | null {
  const version = Math.min(max, ownMax);
  return version >= Math.max(min, ownMin) ? version : null;
}

/** Whether updates from `lastSeq + 1` on bring the client to the head, or only a snapshot does. */
export function startsFrom({ epoch, lastSeq }: Pick<Hello, 'epoch' | 'lastSeq'>, position: Position): Welcome['mode'] {
  if (epoch !== null && epoch !== position.epoch) return 'snapshot';
  if (lastSeq > position.head) return 'snapshot';
  if (position.snapshot === null || position.snapshot <= lastSeq) return 'delta';
  const compacted = (position.oldest ?? position.head + 1) > lastSeq + 1;
  return compacted || lastSeq === 0 ? 'snapshot' : 'delta';
}

/** Answers a hello. Throws Refusal. */
export async function greet(hello: Hello, access: SceneAccess, store: JournalStore): Promise<Greeting> {
  const proto = commonProtocol(hello.proto);
  if (proto === null)
    throw new Refusal(CloseCode.noCommonProtocol, `This server speaks protocol ${PROTOCOL_WINDOW.join(' to ')}. Reload the page.`);
  const grant = await access.check(hello.token, hello.scene);
  if (typeof grant === 'string') throw DENIED[grant];
  const position = await store.position(hello.scene, hello.clientId);
  if (position === null) throw DENIED['unknown-scene'];
  const mode = startsFrom(hello, position);
  return {
    welcome: {
      type: 'welcome',
      proto,
      epoch: position.epoch,
      headSeq: position.head,
      ackedCseq: position.acked,
      mode,
      canEdit: grant.role !== 'viewer',
    },
    snapshot: mode === 'snapshot' ? ((await store.snapshot(hello.scene)) ?? EMPTY) : null,
    userId: grant.userId,
    expiresAt: grant.expiresAt,
  };
}
