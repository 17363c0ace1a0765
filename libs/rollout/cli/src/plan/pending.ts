import type { Release } from '@devplatform/rollout-engine';
import { phaseOf } from '@devplatform/rollout-gates';

export interface PendingMigration {
  readonly name: string;
  /** null: the release does not say. */
  readonly phase: ReturnType<typeof phaseOf>;
  /** Whether its statements are as harmless as its phase says. null: no verdict, nothing has looked at them. */
  readonly verdict: null;
}

/** null: the database does not run, so nobody knows. */
export const pendingMigrations = (release: Release, names: readonly string[] | null): readonly PendingMigration[] | null =>
  names?.map((name) => ({ name, phase: phaseOf(release, name), verdict: null })) ?? null;

export function pendingLines(migrations: readonly PendingMigration[] | null): readonly string[] {
  if (migrations === null) return ['not known: the database does not run'];
  if (migrations.length === 0) return ['nothing is pending'];
  const width = Math.max(...migrations.map(({ name }) => name.length));
  return migrations.map(({ name, phase }) => `${name.padEnd(width)}  ${(phase ?? 'phase not declared').padEnd(8)}  no verdict`);
}
