import { RELEASE } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG } from '../tokens.ts';
import { NOTHING, sift, type Cursors, type Edit, type Outcome, type Sifted } from './sift.ts';

export interface Appended {
  /** One for each edit, in the order given. */
  readonly outcomes: readonly Outcome[];
  readonly firstSeq: number;
  /** What is new in the journal, `firstSeq` first. */
  readonly payloads: readonly Uint8Array[];
  readonly head: number;
}

/** What was true of a scene after the last append from here. */
interface Known {
  readonly head: number;
  readonly cursors: Cursors;
}

const KNOWN_SCENES = 1000;
/** Appends without a lock before the head is locked: whoever loses against another writer has the lock as its turn. */
const TRIES = 3;

export class UnknownScene extends Error {}

/**
 * Appends to the journals of scenes. Every append moves the head: while it is where we left it, the cursors that we
 * remember are exact, and one statement is enough, which writes nothing where the head is elsewhere. Then (the other slot
 * wrote, or a client is new here) head and cursors are read as of one moment and the statement is tried again: nobody
 * waits for a lock that is held while this process has other things to do. Only where others win again and again, and to
 * be sure that an edit is really missing, the head is locked.
 */
@Injectable()
export class JournalWriter {
  readonly #source: DataSource;
  readonly #slot: string;
  readonly #known = new Map<string, Known>();

  constructor(@Inject(DataSource) source: DataSource, @Inject(CONFIG) config: Pick<BackendConfig, 'SLOT'>) {
    this.#source = source;
    this.#slot = config.SLOT;
  }

  /**
   * Resolves when it is committed; one call at a time for one scene. Throws UnknownScene, or what PostgreSQL said; then
   * it is not known whether anything was written, and the same edits may be appended again.
   */
  async append(sceneId: string, edits: readonly Edit[]): Promise<Appended> {
    const remembered = this.#known.get(sceneId);
    this.#known.delete(sceneId);
    const { head, cursors, outcomes, fresh } =
      (await this.#appendUnlocked(sceneId, edits, remembered)) ?? (await this.#appendLocked(sceneId, edits));
    this.#remember(sceneId, { head, cursors });
    return { outcomes, firstSeq: head - fresh.length + 1, payloads: fresh.map((edit) => edit.payload), head };
  }

  /** Undefined: nothing was written; others did each time, or an edit seems to be missing. */
  async #appendUnlocked(sceneId: string, edits: readonly Edit[], remembered: Known | undefined): Promise<(Sifted & Known) | undefined> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const known = tries === 0 ? remembered : await this.#read(this.#source.manager, sceneId, edits, remembered);
      if (known === undefined || edits.some(({ clientId }) => !known.cursors.has(clientId))) continue;
      const sifted = sift(edits, known.cursors);
      if (sifted.outcomes.some(({ kind }) => kind === 'gap')) continue;
      if (await this.#insert(this.#source.manager, sceneId, known.head, sifted.fresh))
        return { ...sifted, head: known.head + sifted.fresh.length };
    }
    return undefined;
  }

  #appendLocked(sceneId: string, edits: readonly Edit[]): Promise<Sifted & Known> {
    return this.#source.transaction(async (manager) => {
      await manager.query('SELECT FROM scene WHERE id = $1 FOR UPDATE', [sceneId]);
      // A statement of its own: it must see what was committed while the lock was waited for.
      const { head, cursors } = await this.#read(manager, sceneId, edits);
      const sifted = sift(edits, cursors);
      await this.#insert(manager, sceneId, head, sifted.fresh);
      return { ...sifted, head: head + sifted.fresh.length };
    });
  }

  /** Head and the cursors of those who edit, as of one moment; besides them what is still true of `remembered`. */
  async #read(manager: EntityManager, sceneId: string, edits: readonly Edit[], remembered?: Known): Promise<Known> {
    const clients = edits.map(({ clientId }) => clientId);
    const rows = await manager.query<{ head_seq: string; client_id: string | null; last_cseq: string; user_id: string | null }[]>(
      `SELECT head_seq, client_id, last_cseq, user_id FROM scene
         LEFT JOIN scene_cursor ON scene_id = id AND client_id = ANY($2) WHERE id = $1`,
      [sceneId, clients],
    );
    const [first] = rows;
    if (!first) throw new UnknownScene();
    const head = Number(first.head_seq);
    return {
      head,
      cursors: new Map([
        ...(remembered?.head === head ? remembered.cursors : []),
        ...clients.map((id) => [id, NOTHING] as const),
        ...rows.flatMap(({ client_id: id, last_cseq: cseq, user_id: userId }) =>
          id === null ? [] : [[id, { cseq: Number(cseq), userId }] as const],
        ),
      ]),
    };
  }

  /** False: the head is not at `head`, nothing was written. */
  async #insert(manager: EntityManager, sceneId: string, head: number, edits: readonly Edit[]): Promise<boolean> {
    if (edits.length === 0) return true;
    const moved = await manager.query<unknown[]>(
      `WITH edit AS (
         SELECT * FROM unnest($3::uuid[], $4::bigint[], $5::bytea[], $6::uuid[])
           WITH ORDINALITY AS edit (client_id, cseq, payload, user_id, place)
       ), moved AS (
         UPDATE scene SET head_seq = $2::bigint + (SELECT count(*) FROM edit) WHERE id = $1 AND head_seq = $2 RETURNING id
       ), journalled AS (
         INSERT INTO scene_update (scene_id, seq, client_id, cseq, payload, release, slot)
         SELECT moved.id, $2::bigint + place, client_id, cseq, payload, $7, $8 FROM edit, moved
       ), counted AS (
         INSERT INTO scene_cursor (scene_id, client_id, last_cseq, user_id)
         SELECT moved.id, client_id, max(cseq), user_id FROM edit, moved GROUP BY moved.id, client_id, user_id
         ON CONFLICT (scene_id, client_id) DO UPDATE SET last_cseq = excluded.last_cseq, user_id = excluded.user_id
       )
       SELECT id FROM moved`,
      [
        sceneId,
        head,
        edits.map((edit) => edit.clientId),
        edits.map((edit) => edit.cseq),
        edits.map((edit) => edit.payload),
        edits.map((edit) => edit.userId),
        RELEASE,
        this.#slot,
      ],
    );
    return moved.length === 1;
  }

  #remember(sceneId: string, known: Known): void {
    this.#known.set(sceneId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN_SCENES && oldest !== undefined) this.#known.delete(oldest);
  }
}
