import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Turns } from './turns.ts';

export interface Position {
  readonly epoch: string;
  readonly head: number;
  /** Highest committed cseq of the client that asks. */
  readonly acked: number;
  /** First number that was not compacted away; null: there is no update. */
  readonly oldest: number | null;
  readonly snapshot: number | null;
}
export interface Page {
  readonly firstSeq: number;
  readonly payloads: readonly Uint8Array[];
}
export interface Snapshot {
  readonly seq: number;
  readonly payload: Uint8Array;
}

/** Pages read at the same time, of all scenes. */
const READERS = 2;
const PAGE_UPDATES = 200;
const PAGE_BYTES = 1024 * 1024;

/** Reads the journal's tables. */
@Injectable()
export class JournalStore {
  readonly #source: DataSource;
  readonly #turns = new Turns(READERS);

  constructor(@Inject(DataSource) source: DataSource) {
    this.#source = source;
  }

  /** Null: no such scene. */
  async position(sceneId: string, clientId: string): Promise<Position | null> {
    const [row] = await this.#source.query<
      [{ epoch: string; head_seq: string; acked: string | null; oldest: string | null; snapshot: string | null }?]
    >(
      `SELECT epoch, head_seq,
         (SELECT last_cseq FROM scene_cursor WHERE scene_id = $1 AND client_id = $2) AS acked,
         (SELECT min(seq) FROM scene_update WHERE scene_id = $1) AS oldest,
         (SELECT max(seq) FROM scene_snapshot WHERE scene_id = $1) AS snapshot
       FROM scene WHERE id = $1`,
      [sceneId, clientId],
    );
    if (!row) return null;
    const { epoch, head_seq: head, acked, oldest, snapshot } = row;
    return { epoch, head: Number(head), acked: Number(acked), oldest: nullable(oldest), snapshot: nullable(snapshot) };
  }

  /** The next updates after `after`, at most 200 and about 1 MiB; empty at the head. A later `firstSeq` than asked for: compacted. */
  async page(sceneId: string, after: number): Promise<Page> {
    const rows = await this.#turns.take(() =>
      this.#source.query<{ seq: string; payload: Buffer }[]>(
        `SELECT seq, payload FROM (
         SELECT seq, payload, sum(octet_length(payload)) OVER (ORDER BY seq) - octet_length(payload) AS before
         FROM (SELECT seq, payload FROM scene_update WHERE scene_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS next
       ) AS measured WHERE before < $4 ORDER BY seq`,
        [sceneId, after, PAGE_UPDATES, PAGE_BYTES],
      ),
    );
    return { firstSeq: Number(rows[0]?.seq ?? after + 1), payloads: rows.map((row) => row.payload) };
  }

  /** The newest one. */
  async snapshot(sceneId: string): Promise<Snapshot | null> {
    const [row] = await this.#source.query<[{ seq: string; payload: Buffer }?]>(
      'SELECT seq, payload FROM scene_snapshot WHERE scene_id = $1 ORDER BY seq DESC LIMIT 1',
      [sceneId],
    );
    return row ? { seq: Number(row.seq), payload: row.payload } : null;
  }

  async heads(sceneIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#source.query<
      {
        id: string;
        head_seq: string;
      }[]
    >('SELECT id, head_seq FROM scene WHERE id = ANY($1)', [sceneIds]);
    return new Map(rows.map((row) => [row.id, Number(row.head_seq)]));
  }

  /** Everything of a scene as of one moment; null: no such scene. */
  whole(sceneId: string): Promise<{ head: number; snapshot: Snapshot | null; payloads: readonly Uint8Array[] } | null> {
    return this.#source.transaction('REPEATABLE READ', async (manager) => {
      const [scene] = await manager.query<[{ head_seq: string }?]>('SELECT head_seq FROM scene WHERE id = $1', [sceneId]);
      if (!scene) return null;
      const [snapshot] = await manager.query<[{ seq: string; payload: Buffer }?]>(
        'SELECT seq, payload FROM scene_snapshot WHERE scene_id = $1 ORDER BY seq DESC LIMIT 1',
        [sceneId],
      );
      const updates = await manager.query<{ payload: Buffer }[]>(
        'SELECT payload FROM scene_update WHERE scene_id = $1 AND seq > $2 ORDER BY seq',
        [sceneId, snapshot?.seq ?? 0],
      );
      return {
        head: Number(scene.head_seq),
        snapshot: snapshot ? { seq: Number(snapshot.seq), payload: snapshot.payload } : null,
        payloads: updates.map((row) => row.payload),
      };
    });
  }
}

const nullable = (value: string | null): number | null => (value === null ? null : Number(value));
