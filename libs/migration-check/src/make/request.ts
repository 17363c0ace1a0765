import { UnreadableInput } from '../input/unreadable-input.ts';

/** What is asked of a recipe. */
export interface Request {
  /** What follows the rule on the command line: `projects.archived_at`. */
  readonly target: string;
  /** What follows that: the new name of a rename. */
  readonly to: string | null;
  readonly options: Readonly<Partial<Record<'type' | 'from' | 'to' | 'default' | 'fill' | 'name' | 'key', string>>>;
  /** `name type`, of a new table. */
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly notNull: boolean;
}

/** Throws UnreadableInput where a recipe cannot do without it. */
export function needed(value: string | null | undefined, option: string, why: string): string {
  if (value !== null && value !== undefined && value.trim() !== '') return value.trim();
  throw new UnreadableInput(`${option} is missing: ${why}. Nothing was written. (--help shows an example for each rule)`);
}
