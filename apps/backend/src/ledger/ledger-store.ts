import { LedgerCounts, type Ledger, type LedgerKind, type LedgerOutcome, type Slot } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COUNT_SHARED, CURRENT, FORGET_OLD, INSERT_JOBS, INSERT_LISTED, INSERT_UPLOADS, READ_ROWS } from './ledger-sql.ts';

/** Something under way, as its row says it. */
export interface Item {
  readonly kind: Extract<LedgerKind, 'socket' | 'request' | 'page'>;
  readonly item: string;
  readonly session: string | null;
  readonly detail: string;
}

/** What the slot itself knows of; uploads and jobs are in the database. */
export interface Inventory {
  readonly items: readonly Item[];
  readonly counts: Readonly<Record<Item['kind'], number>>;
}

export interface Handover {
  readonly id: string;
  readonly from: Slot;
  readonly to: Slot;
}

/** The end of a row. */
export interface Closing {
  readonly kind: LedgerKind;
  readonly item: string;
  readonly outcome: LedgerOutcome;
  /** null: as it was. */
  readonly detail: string | null;
}

/** A session that came to this slot from another connection. */
export interface Arrival {
  readonly session: string;
  readonly gapMs: number;
  readonly retries: number;
}

/** The ledger's tables; everything may be repeated. */
@Injectable()
export class LedgerStore {
  readonly #source: DataSource;

  constructor(@Inject(DataSource) source: DataSource) {
    this.#source = source;
  }

  /** False until the pool has connected for the first time; after that it reconnects by itself. */
  get connected(): boolean {
    return this.#source.isInitialized;
  }

  /** Writes all rows and the counts as of one moment, or nothing. Where the handover exists already: its counts, and nothing changes. */
  open({ id, from, to }: Handover, { items, counts }: Inventory): Promise<LedgerCounts> {
    return this.#source.transaction('REPEATABLE READ', async (sql) => {
      const [known] = await sql.query<{ counted: unknown }[]>(`SELECT counted FROM handover WHERE id = $1`, [id]);
      if (known !== undefined) return LedgerCounts.parse(known.counted);
      const [shared] = await sql.query<Record<string, unknown>[]>(COUNT_SHARED);
      const counted = LedgerCounts.parse({ ...counts, ...shared });
      await sql.query(FORGET_OLD);
      await sql.query(`INSERT INTO handover (id, from_slot, to_slot, counted) VALUES ($1, $2, $3, $4)`, [id, from, to, counted]);
      const columns = [items.map(({ kind }) => kind), items.map(({ item }) => item)];
      await sql.query(INSERT_LISTED, [id, ...columns, items.map(({ session }) => session), items.map(({ detail }) => detail)]);
      await sql.query(INSERT_UPLOADS, [id]);
      await sql.query(INSERT_JOBS, [id]);
      return counted;
    });
  }

  /** Sockets that said who they are after T0: those listed get their session, those that came later a row. */
  async greeted(handoverId: string, sockets: readonly Item[]): Promise<void> {
    await this.#source.query(
      `INSERT INTO handover_item (handover_id, kind, item, session, late, detail)
       SELECT $1, 'socket', item, session, true, detail FROM unnest($2::text[], $3::text[], $4::text[]) AS socket (item, session, detail)
       ON CONFLICT (handover_id, kind, item) DO UPDATE SET session = excluded.session`,
      [handoverId, sockets.map(({ item }) => item), sockets.map(({ session }) => session), sockets.map(({ detail }) => detail)],
    );
  }

  /** Rows that are closed already stay as they are. */
  async close(handoverId: string, closings: readonly Closing[]): Promise<void> {
    await this.#source.query(
      `UPDATE handover_item entry SET outcome = closing.outcome, detail = coalesce(closing.detail, entry.detail), closed_at = now()
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS closing (kind, item, outcome, detail)
       WHERE entry.handover_id = $1 AND entry.kind = closing.kind AND entry.item = closing.item AND entry.outcome IS NULL`,
      [
        ...[handoverId, closings.map(({ kind }) => kind), closings.map(({ item }) => item)],
        ...[closings.map(({ outcome }) => outcome), closings.map(({ detail }) => detail)],
      ],
    );
  }

  /** Who arrived did not vanish, whatever the old slot took it for; that it was forced stays true. Returns the sessions that had a row. */
  async arrived({ id, to }: Handover, arrivals: readonly Arrival[]): Promise<ReadonlySet<string>> {
    const [rows] = await this.#source.query<[{ session: string }[], number]>(
      `UPDATE handover_item entry SET outcome = CASE WHEN entry.outcome = 'forced' THEN 'forced' ELSE 'moved' END, to_slot = $2,
         gap_ms = greatest(entry.gap_ms, arrival.gap_ms), retries = entry.retries + arrival.retries, closed_at = coalesce(entry.closed_at, now())
       FROM unnest($3::text[], $4::int[], $5::int[]) AS arrival (session, gap_ms, retries)
       WHERE entry.handover_id = $1 AND entry.kind = 'socket' AND entry.session = arrival.session
         AND (entry.outcome IS NULL OR entry.outcome IN ('moved', 'gone', 'forced'))
       RETURNING entry.session`,
      [id, to, arrivals.map(({ session }) => session), arrivals.map(({ gapMs }) => gapMs), arrivals.map(({ retries }) => retries)],
    );
    return new Set(rows.map(({ session }) => session));
  }

  async pagesSeen({ id, to }: Handover, pages: readonly string[]): Promise<void> {
    await this.#source.query(
      `UPDATE handover_item SET outcome = 'moved', to_slot = $2, closed_at = now()
       WHERE handover_id = $1 AND kind = 'page' AND item = ANY($3) AND outcome IS NULL`,
      [id, to, pages],
    );
  }

  /** The switch of the last ten minutes, if there was one. */
  async current(): Promise<Handover | null> {
    const [row] = await this.#source.query<Handover[]>(CURRENT);
    return row ?? null;
  }

  /** By id, or the newest for `latest`; null: there is none. */
  async read(id: string): Promise<Ledger | null> {
    const [which, values] = id === 'latest' ? ['ORDER BY at DESC LIMIT 1', []] : ['WHERE id = $1', [id]];
    const [head] = await this.#source.query<(Handover & { at: Date; counted: unknown })[]>(
      `SELECT id, from_slot AS "from", to_slot AS "to", at, counted FROM handover ${which}`,
      values,
    );
    if (head === undefined) return null;
    const rows = await this.#source.query<(Omit<Ledger['rows'][number], 'closedAt'> & { closedAt: Date | null })[]>(READ_ROWS, [head.id]);
    return {
      ...{ handoverId: head.id, from: head.from, to: head.to, at: head.at.toISOString(), counted: LedgerCounts.parse(head.counted) },
      rows: rows.map((row) => ({ ...row, closedAt: row.closedAt?.toISOString() ?? null })),
    };
  }
}
