import { z } from 'zod';

/** What the reference page says of an option. */
export interface Note {
  readonly text: string;
  /** The section of the specification that the default comes from; left out where the specification is silent. */
  readonly source?: string;
  /** In place of the schema's own default, where it depends on something. */
  readonly byDefault?: string;
}

export const notes = z.registry<Note>();
