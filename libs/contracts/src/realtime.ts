import { z } from 'zod';

/*
 * The journal protocol of a scene, at `/ws/scenes/:id`. Control frames are JSON text; document updates are binary
 * (see frames.ts). Versions: each side says its window; the highest common one is spoken.
 */

export const MAX_FRAME_BYTES = 256 * 1024;
/** Sustained frames per second and burst that one connection may send before it is closed with 4008. */
export const FRAME_RATE = { perSecond: 120, burst: 600 } as const;

/** 4000–4499: reconnect. 4500–4999: final, do not. */
export const CloseCode = {
  drainDeadline: 4001,
  tooSlow: 4002,
  journalUnavailable: 4003,
  tooFast: 4008,
  /** No valid token, or the one that was shown has run out although the server had asked for a fresh one. */
  unauthenticated: 4500,
  forbidden: 4501,
  malformed: 4502,
  noCommonProtocol: 4503,
  unknownScene: 4504,
} as const;
export const mayReconnect = (code: number): boolean => code < 4500;

export const Hello = z.object({
  type: z.literal('hello'),
  proto: z.tuple([z.int().min(1).max(1000), z.int().min(1).max(1000)]),
  release: z.string().max(40),
  /** Bearer token; absent: an anonymous viewer of a public project. */
  token: z.string().max(4096).optional(),
  scene: z.uuid(),
  /** One editor (a tab). Its edits are numbered by cseq without a gap. */
  clientId: z.uuid(),
  /** One presence; survives reconnects. */
  sessionId: z.uuid(),
  /** The scene's epoch that lastSeq belongs to; null on the first open. */
  epoch: z.uuid().nullable(),
  /** Last journal number applied here; 0 for none. */
  lastSeq: z.int().min(0),
  /** Number of this client's next new edit, from 1. */
  nextCseq: z.int().min(1),
  reason: z.enum(['open', 'resume', 'handover']),
  /** Of a resume: milliseconds without a usable connection so far, for the ledger. */
  gapMs: z.int().min(0).optional(),
});
export type Hello = z.infer<typeof Hello>;

/** Ephemeral, keyed by sessionId, never journalled. `state` null: left. At most 4 KiB as JSON. */
export const Presence = z.object({ type: z.literal('presence'), sessionId: z.uuid(), state: z.record(z.string(), z.unknown()).nullable() });
export type Presence = z.infer<typeof Presence>;

/** On the old connection, after the new one said welcome, and only then: the ledger of a switch expects its session elsewhere. */
export const Bye = z.object({ type: z.literal('bye') });

export const ClientMessage = z.discriminatedUnion('type', [Hello, Presence, Bye]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export const Welcome = z.object({
  type: z.literal('welcome'),
  proto: z.int(),
  release: z.string(),
  slot: z.string(),
  epoch: z.uuid(),
  headSeq: z.int(),
  /** Highest cseq of this client that is committed. */
  ackedCseq: z.int(),
  /** snapshot: the document starts anew from the frame that follows. */
  mode: z.enum(['delta', 'snapshot']),
  canEdit: z.boolean(),
  draining: z.boolean(),
});
export type Welcome = z.infer<typeof Welcome>;

/** Everything up to cseq `upto` is committed. `at` (milliseconds since 1970) from protocol 2 on. */
export const Ack = z.object({ type: z.literal('ack'), upto: z.int(), at: z.number().optional() });
/** An update was missing: send again from `expected`. */
export const Gap = z.object({ type: z.literal('gap'), expected: z.int() });
export const Reject = z.object({ type: z.literal('reject'), code: z.string(), retry: z.boolean(), message: z.string() });
/**
 * A hint: the connection stays fully usable until `deadline` (milliseconds from now). Reason `switch`: connect again, the
 * front door leads elsewhere now. Reason `token`: the token runs out; connect again with a fresh one, or stay where there is
 * none. The server knows further reasons perhaps; what to do is the same.
 */
export const Drain = z.object({ type: z.literal('drain'), reason: z.string(), deadline: z.int(), handoverId: z.string() });

/** Every 10 s: browsers hide WebSocket pings from the page, and a client must notice a connection that is dead. */
export const Ping = z.object({ type: z.literal('ping') });

export const ServerMessage = z.discriminatedUnion('type', [Welcome, Ack, Gap, Reject, Drain, Presence, Ping]);
export type ServerMessage = z.infer<typeof ServerMessage>;
export type ClientControl = ClientMessage;
