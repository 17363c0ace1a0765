import { z } from 'zod';
import { Slot } from './slot.ts';

/*
 * The ledger of one switch (id: the engine's run), in double entry. At T0 the old slot writes one row for everything that is under
 * way, its debits; whoever takes a thing over, or ends it, closes its row. What nobody closed is lost, and says so.
 */

export const LedgerKind = z.enum(['socket', 'request', 'upload', 'job', 'page']);
export type LedgerKind = z.infer<typeof LedgerKind>;

/**
 * moved: the other slot has it. finished: it ended in order. carried: still under way, and in neither slot's memory (an
 * upload whose parts are at the store, a job in its queue). left: the user went (tab closed, request aborted). gone: the
 * client vanished without a word while its server was alive. quiet: a page that nobody has heard of since. forced: cut at the
 * deadline. doubled: took effect twice. lost: nobody can say.
 */
export const LedgerOutcome = z.enum(['moved', 'finished', 'carried', 'left', 'gone', 'quiet', 'forced', 'doubled', 'lost']);
export type LedgerOutcome = z.infer<typeof LedgerOutcome>;

export const LedgerRow = z.object({
  kind: LedgerKind,
  /** Connection, request, upload, task or page id. */
  item: z.string(),
  /** Of a socket: the session that it served. */
  session: z.string().nullable(),
  /** Came to the old slot after T0, so it is not in `counted`. */
  late: z.boolean(),
  /** What it is, for people: a route, a file name, a scene. */
  detail: z.string(),
  /** null: still open. */
  outcome: LedgerOutcome.nullable(),
  toSlot: Slot.nullable(),
  /** Milliseconds without a usable connection, as the client measured them. */
  gapMs: z.int().min(0),
  retries: z.int().min(0),
  closedAt: z.iso.datetime().nullable(),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

/** How many of each kind the old slot counted at T0; counted by other means than the rows are listed. */
export const LedgerCounts = z.record(LedgerKind, z.int().min(0));
export type LedgerCounts = z.infer<typeof LedgerCounts>;

/** POST /handover at the old slot, at T0: writes the rows, answers the counts. Repeating it with the same id changes nothing. */
export const OpenLedger = z.object({ handoverId: z.uuid(), to: Slot });
export type OpenLedger = z.infer<typeof OpenLedger>;

/** GET /handovers/:id and /handovers/latest, at either slot; 404 `unknown-handover` where there is none. */
export const Ledger = z.object({
  handoverId: z.uuid(),
  from: Slot,
  to: Slot,
  at: z.iso.datetime(),
  counted: LedgerCounts,
  rows: z.array(LedgerRow),
});
export type Ledger = z.infer<typeof Ledger>;
