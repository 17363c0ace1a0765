import { RELEASE } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG } from '../tokens.ts';
import { sift, type Cursors, type Edit, type Outcome, type Sifted } from './sift.ts';

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

export class UnknownScene extends Error {}

/**
 * Appends to the journals of scenes. Every append moves the head: while it is where we left it, the cursors that we
 * remember are exact, and one statement is enough, which writes nothing where the head is elsewhere. Otherwise (the other
 * slot wrote, a client is new here, an edit seems to be missing) the head is locked and the cursors are read.
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
    const known = this.#known.get(sceneId);
    this.#known.delete(sceneId);
    const { head, cursors, outcomes, fresh } =
      (known && (await this.#appendToKnown(sceneId, edits, known))) ?? (await this.#appendLocked(sceneId, edits, known));
    this.#remember(sceneId, { head, cursors });
    return { outcomes, firstSeq: head - fresh.length + 1, payloads: fresh.map((edit) => edit.payload), head };
  }

  /** Undefined: nothing was written, what we know is too old or not enough. */
  async #appendToKnown(sceneId: string, edits: readonly Edit[], { head, cursors }: Known): Promise<(Sifted & Known) | undefined> {
    if (edits.some((edit) => !cursors.has(edit.clientId))) return undefined;
    const sifted = sift(edits, cursors);
    if (sifted.outcomes.some((outcome) => outcome.kind === 'gap')) return undefined;
    const moved = await this.#insert(this.#source.manager, sceneId, head, sifted.fresh);
    return moved ? { ...sifted, head: head + sifted.fresh.length } : undefined;
  }

  #appendLocked(sceneId: string, edits: readonly Edit[], known: Known | undefined): Promise<Sifted & Known> {
    return this.#source.transaction(async (manager) => {
      const [scene] = await manager.query<{ head_seq: string }[]>('SELECT head_seq FROM scene WHERE id = $1 FOR UPDATE', [sceneId]);
      if (!scene) throw new UnknownScene();
      const head = Number(scene.head_seq);
      // A statement of its own: it must see what was committed while the lock was waited for.
      const rows = await manager.query<{ client_id: string; last_cseq: string; user_id: string | null }[]>(
        'SELECT client_id, last_cseq, user_id FROM scene_cursor WHERE scene_id = $1 AND client_id = ANY($2)',
        [sceneId, edits.map((edit) => edit.clientId)],
      );
      const still = known?.head === head ? known.cursors : [];
      const read = rows.map(({ client_id: id, last_cseq: cseq, user_id: userId }) => [id, { cseq: Number(cseq), userId }] as const);
      const sifted = sift(edits, new Map([...still, ...read]));
      await this.#insert(manager, sceneId, head, sifted.fresh);
      return { ...sifted, head: head + sifted.fresh.length };
    });
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
