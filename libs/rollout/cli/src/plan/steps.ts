import { wording, type Plan } from '@devplatform/rollout-engine';

export interface PlannedStep {
  readonly step: string;
  readonly does: string;
  /** In order; empty: nothing needs to be taken back; null: nothing can. */
  readonly undo: readonly string[] | null;
}

export const plannedSteps = ({ steps }: Plan): readonly PlannedStep[] =>
  steps.map(({ name, command, undo }) => ({
    ...{ step: name, does: wording(command) },
    undo: undo?.map((back) => wording(back.command)) ?? null,
  }));

/** One line a step, what takes it back behind it or below it. */
export const stepLines = (steps: readonly PlannedStep[]): readonly string[] =>
  steps.flatMap(({ step, does, undo }, at) => {
    const line = `${String(at + 1).padStart(2)}. ${step.padEnd(12)} ${does}`;
    if (undo === null) return [`${line}  (cannot be taken back)`];
    const [first, ...more] = undo;
    if (first === undefined) return [line];
    return more.length === 0 ? [`${line}  (undo: ${first})`] : [line, ...wrapped('undo: ', undo)];
  });

const WIDTH = 120;
const INDENT = ' '.repeat(17);

/** `undo: a; b; c`, broken between the parts. */
function wrapped(lead: string, parts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = `${INDENT}${lead}`;
  for (const [at, part] of parts.entries()) {
    const text = at < parts.length - 1 ? `${part}; ` : part;
    if (line.length + text.length > WIDTH && line.trim() !== lead.trim()) {
      lines.push(line.trimEnd());
      line = `${INDENT}${' '.repeat(lead.length)}`;
    }
    line += text;
  }
  return [...lines, line];
}
