import { stepName, type Command, type StepName } from './command.ts';

export interface Step {
  readonly name: StepName;
  readonly command: Command;
  /** What takes it back, in order; empty where nothing needs to be; null where nothing can. */
  readonly undo: readonly Step[] | null;
  /** The failure of a vital step ends the run; that of another one is recorded as an issue. */
  readonly vital: boolean;
}

export const step = (command: Command, undo: readonly Step[] | null = []): Step => ({
  name: stepName(command),
  command,
  undo,
  vital: true,
});

/** A step that is worth trying, and without which the rest still makes sense. */
export const attempt = (command: Command, undo: Step['undo'] = []): Step => ({ name: stepName(command), command, undo, vital: false });
