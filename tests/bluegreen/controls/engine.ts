import type { Control } from './control.ts';

const ENGINE = 'libs/rollout/engine/src';
const REOPENING = `${ENGINE}/reopening.spec.ts`;
const WATCH = `${ENGINE}/watch.spec.ts`;
const LOG = 'libs/rollout/cli/src/log';
const PREFLIGHT = 'libs/rollout/gates/src/preflight.spec.ts';

/** A run that is gone on with believes its journal over the front door. */
const MEMORY_TRUSTED: Control['edits'] = [
  {
    file: `${ENGINE}/history.ts`,
    find: '  if (at < 0 || !begun) return { done: 0, state: start };\n',
    replace: '  void [at, begun];\n',
  },
  { file: `${ENGINE}/history.ts`, find: '({ name }, place) => place >= at && !ended', replace: '({ name }) => !ended' },
];

/** The engine's own promises: cut-off runs, watching, the log, the checklist. */
export const engineControls: readonly Control[] = [
  {
    rule: 'ENG-1',
    control: 'takes what was done for done before the front door has moved',
    edits: MEMORY_TRUSTED,
    test: REOPENING,
  },
  {
    rule: 'ENG-4',
    control: 'takes what was done for done before the front door has moved',
    edits: MEMORY_TRUSTED,
    test: `${ENGINE}/run.property.spec.ts`,
  },
  {
    rule: 'ENG-1',
    control: 'forgets that a step which is begun again takes those after it with it',
    edits: [{ file: `${ENGINE}/history.ts`, find: 'if (at >= 0) for', replace: 'if (at > 1000) for' }],
    test: REOPENING,
  },
  {
    rule: 'ENG-2',
    control: 'begins another run while one is unfinished',
    edits: [
      {
        file: `${ENGINE}/opening.ts`,
        find: '    if (left !== null) throw refusal(left);\n',
        replace: '    if (left === null) throw refusal(left as never);\n',
      },
    ],
    test: REOPENING,
  },
  {
    rule: 'ENG-5',
    control: 'goes on with a journal that has no plan to go by',
    edits: [
      {
        file: `${ENGINE}/history.ts`,
        find: '!history.closed && isEarlierFormat(history)',
        replace: 'history.closed && isEarlierFormat(history)',
      },
    ],
    test: REOPENING,
  },
  {
    rule: 'ENG-6',
    control: 'goes on although the journal cannot be written',
    edits: [{ file: `${ENGINE}/logbook.ts`, find: '      if (must) throw', replace: '      if (must && this.#id === "") throw' }],
    test: `${ENGINE}/full-disk.spec.ts`,
  },
  {
    rule: 'WAT-2',
    control: 'takes users back for one bad sample',
    edits: [
      { file: `${ENGINE}/watch.ts`, find: '(measure.proven || wasHard(measure, last))', replace: '(measure.proven || last.length > 0)' },
    ],
    test: WATCH,
  },
  {
    rule: 'WAT-2',
    control: 'warns of what is hard, and stays',
    edits: [{ file: `${ENGINE}/watch.ts`, find: 'if (bad.length > 0) throw', replace: 'if (bad.length > 99) throw' }],
    test: WATCH,
  },
  {
    rule: 'WAT-2',
    control: 'calls well what only the last sample called hard',
    edits: [
      {
        file: `${ENGINE}/watch.ts`,
        find: "elapsedMs >= forMs && !measures.some(({ verdict }) => verdict === 'hard')",
        replace: 'elapsedMs >= forMs',
      },
    ],
    test: WATCH,
  },
  {
    rule: 'WAT-3',
    control: 'compares with nothing after a kill',
    edits: [
      {
        file: `${ENGINE}/logbook.ts`,
        find: 'observed !== undefined)?.observed ?? null',
        replace: 'observed !== undefined)?.observed && null',
      },
    ],
    test: REOPENING,
  },
  {
    rule: 'WAT-4',
    control: 'calls well what nobody could tell',
    edits: [{ file: `${ENGINE}/watch.ts`, find: "verdict }) => verdict === 'unknown');", replace: "verdict }) => verdict === 'hard');" }],
    test: WATCH,
  },
  {
    rule: 'WAT-5',
    control: 'ends the old slot while the front door still has answers of it',
    edits: [
      {
        file: `${ENGINE}/decommission.ts`,
        find: '(last === null || last.answers === answers)',
        replace: '(last === null || last.answers !== null)',
      },
    ],
    test: WATCH,
  },
  {
    rule: 'LOG-1',
    control: 'does not compare a line with its hash',
    edits: [{ file: `${LOG}/chain.ts`, find: '    if (hashOf(link) !== link.hash)', replace: '    if (link.hash === "")' }],
    test: `${LOG}/file-log.spec.ts`,
  },
  {
    rule: 'LOG-1',
    control: 'does not miss a tail that was cut off',
    edits: [
      {
        file: `${LOG}/chain.ts`,
        find: '  if (head === null || isAt(head, last)) return null;',
        replace: '  if (head !== undefined) return null;',
      },
    ],
    test: `${LOG}/file-log.spec.ts`,
  },
  {
    rule: 'LOG-2',
    control: 'takes a head that is one behind for tampering',
    edits: [
      {
        file: `${LOG}/chain.ts`,
        find: '(last !== null && head.hash === last.previous && head.n === last.n - 1)',
        replace: '(last === null && head.n < 0)',
      },
    ],
    test: `${LOG}/file-log.spec.ts`,
  },
  {
    rule: 'PRE-3',
    control: 'opens the door for what it cannot find out',
    edits: [
      {
        file: 'libs/rollout/gates/src/preflight.ts',
        find: "items.filter(({ status }) => status !== 'passed');\n  if (bad",
        replace: "items.filter(({ status }) => status === 'failed');\n  if (bad",
      },
    ],
    test: PREFLIGHT,
  },
];
