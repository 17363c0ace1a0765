import { existsSync, readFileSync } from 'node:fs';
import { Slot } from '@devplatform/contracts';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';

/** Where one slot is reached: base URLs without a path. */
export const Routes = z.object({ backend: z.url(), frontend: z.url() });
export type Routes = z.infer<typeof Routes>;

/** `<home>/front-door.json`: a front door that is started again has the same ports and the same routes. */
export const RoutingRecord = z.object({
  port: z.int(),
  adminPort: z.int(),
  /** null: no slot gets traffic. */
  active: Slot.nullable(),
  /** The slot that was active before. */
  previous: Slot.nullable(),
  routes: Routes.nullable(),
  /** Grows by one with each switch. */
  generation: z.int(),
  /** Highest fence of a lease seen so far; only grows. */
  fence: z.int(),
});
export type RoutingRecord = z.infer<typeof RoutingRecord>;

/** `PUT /active`. With `generation`, it applies only to the table that the caller has seen. */
export const Activation = z
  .object({
    slot: Slot.nullable(),
    routes: Routes.nullable(),
    /** Default: the slot that is active now. */
    previous: Slot.nullable().optional(),
    fence: z.int(),
    generation: z.int().optional(),
  })
  .refine(({ slot, routes }) => (slot === null) === (routes === null), 'a slot needs routes, and no slot has none');
export type Activation = z.infer<typeof Activation>;

/** An activation that was not applied; the table is as it was. */
export class RefusedActivation extends Error {
  readonly code: 'stale-fence' | 'stale-generation';

  constructor(code: RefusedActivation['code'], message: string) {
    super(message);
    this.name = 'RefusedActivation';
    this.code = code;
  }
}

/** Throws where the file is damaged; null where there is none. */
export function readRoutingRecord(file: string): RoutingRecord | null {
  if (!existsSync(file)) return null;
  try {
    return RoutingRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is damaged. Delete it and deploy again; the slots' data is elsewhere.`, { cause: error });
  }
}

/** The one table that every new request is routed by. It is replaced as a whole, after it is safely on disk. */
export class RoutingTable {
  readonly #file: string;
  #record: RoutingRecord;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(file: string) {
    const record = readRoutingRecord(file);
    if (record === null) throw new Error(`${file} is missing; the front door is started by a deployment.`);
    this.#file = file;
    this.#record = record;
  }

  get record(): RoutingRecord {
    return this.#record;
  }

  /** One after the other. Resolves when new requests follow it; throws RefusedActivation. */
  activate(activation: Activation): Promise<RoutingRecord> {
    const turn = this.#turn.then(() => this.#apply(activation));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #apply({ slot, routes, fence, generation, ...given }: Activation): Promise<RoutingRecord> {
    const now = this.#record;
    if (fence < now.fence)
      throw new RefusedActivation('stale-fence', `Fence ${fence} is older than ${now.fence}: another deployment took over.`);
    if (generation !== undefined && generation !== now.generation)
      throw new RefusedActivation('stale-generation', `The table is at generation ${now.generation}, not ${generation}.`);
    const previous = given.previous !== undefined ? given.previous : slot === now.active ? now.previous : now.active;
    const next = { ...now, active: slot, routes, previous, fence, generation: now.generation + 1 };
    await writeAtomically(this.#file, next);
    this.#record = next;
    return next;
  }
}
