import { dirname } from 'node:path';
import { z } from 'zod';
import { TransactionMode, type Verdict } from '../verdict.ts';
import { type CaseFiles, CaseReader, judge, type Judgement, type MigrationCase } from './migration-case.ts';
import { readText } from './text-file.ts';
import { UnreadableInput } from './unreadable-input.ts';

/** One line of a batch: paths, relative to the folder of the batch or else to the working directory. What else it says is its own business. */
export const BatchLine = z.object({
  id: z.union([z.string(), z.number()]),
  sql: z.union([z.string(), z.array(z.string()).min(1)]),
  schema: z.string().nullish(),
  previous: z.string().nullish(),
  transaction: TransactionMode.default('wrapped'),
});
export type BatchLine = z.infer<typeof BatchLine>;

/** What is said of one line. */
export type BatchAnswer =
  | { readonly id: BatchLine['id'] | null; readonly verdict: Verdict; readonly judgement: Judgement }
  | { readonly id: BatchLine['id'] | null; readonly verdict: 'error'; readonly message: string };

/**
 * One answer for each line that is not blank, in their order; a line that cannot be read is answered with `error`, and the rest goes on.
 * Throws UnreadableInput where the batch itself cannot be read or has no line.
 */
export async function* judgeBatch(
  file: string,
  workingDirectories: readonly string[],
  judging: (migrationCase: MigrationCase) => Judgement | Promise<Judgement> = judge,
): AsyncGenerator<BatchAnswer> {
  const lines = readText(file, 'batch').split('\n');
  if (lines.every((line) => line.trim() === '')) throw new UnreadableInput(`${file}: the batch has no line. Nothing was judged.`);
  const reader = new CaseReader([dirname(file), ...workingDirectories]);
  for (const [i, line] of lines.entries()) {
    if (line.trim() !== '') yield await answerTo(line, `${file}:${i + 1}`, reader, judging);
  }
}

async function answerTo(
  line: string,
  place: string,
  reader: CaseReader,
  judging: (migrationCase: MigrationCase) => Judgement | Promise<Judgement>,
): Promise<BatchAnswer> {
  let id: BatchLine['id'] | null = null;
  try {
    const json: unknown = JSON.parse(line);
    id = BatchLine.pick({ id: true }).safeParse(json).data?.id ?? null;
    const { success, data, error } = BatchLine.safeParse(json);
    if (!success) return { id, verdict: 'error', message: `${place}: the line is no case:\n${z.prettifyError(error)}` };
    const judgement = await judging(reader.read(filesOf(data)));
    return { id, verdict: judgement.verdict, judgement };
  } catch (error) {
    // One case that cannot be judged, for whatever reason, must not keep the others from it.
    const reason = error instanceof Error ? error.message : String(error);
    return { id, verdict: 'error', message: error instanceof UnreadableInput ? reason : `${place}: ${reason}` };
  }
}

const filesOf = ({ sql, schema, previous, transaction }: BatchLine): CaseFiles => ({
  ...{ sql: typeof sql === 'string' ? [sql] : sql, schema: schema ?? null, previous: previous ?? null, transaction },
});
