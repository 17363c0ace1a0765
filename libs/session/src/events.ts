import type * as Y from 'yjs';
import type { SocketConstructor } from './link.ts';

/** `offline`: was live, is trying again. `closed` is final. */
export type Phase = 'connecting' | 'live' | 'offline' | 'closed';

export type SessionEvent =
  /** `gapMs`: milliseconds without a usable connection before this one; 0 for `open` and `handover`. */
  | { type: 'live'; slot: string; release: string; reason: 'open' | 'resume' | 'handover'; gapMs: number }
  | { type: 'offline'; code: number }
  /** An edit got its number and goes out; `at` in milliseconds since 1970. */
  | { type: 'edit'; cseq: number; at: number }
  /** Everything up to `upto` is committed; `latencyMs` is that of the oldest edit which this acknowledgement covers. */
  | { type: 'saved'; upto: number; latencyMs: number; slot: string }
  /** The session moved without a gap; `ms` from the hint to the welcome. */
  | { type: 'handover'; handoverId: string; from: string; to: string; ms: number }
  | { type: 'peers' }
  | { type: 'rejected'; code: string; message: string }
  | { type: 'closed'; code: number; final: boolean };

export interface SessionOptions {
  /** `ws(s)://host[:port]/ws/scenes/<scene id>`: the public address; handovers connect to it again. */
  url: string;
  /**
   * A function is asked again at each hello, and when the server says that the token runs out: where it then has another
   * one, the session moves to a connection with that one, without a gap. A session whose token runs out is closed (4500).
   */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  release?: string;
  protocol?: readonly [min: number, max: number];
  /** Edits made in it before the session exists are not sent. */
  doc?: Y.Doc;
  /** Numbers the edits; never shared by two sessions that live at the same time. */
  clientId?: string;
  sessionId?: string;
  WebSocket?: SocketConstructor;
  /** For the jitter of reconnects, in [0, 1). */
  random?: () => number;
}
