import type { Control } from './control.ts';

const SLOTS = 'apps/backend/src/ledger/ledger.spec.ts';
const ENGINE = 'libs/rollout/engine/src/ledger-faults.spec.ts';
const DEPLOYMENT = 'libs/rollout/engine/src/deployment.spec.ts';

/** The books: what the slots write, and what the engine concludes from it. */
export const ledgerControls: readonly Control[] = [
  {
    rule: 'LED-1',
    control: 'lists only the sockets that have said who they are',
    edits: [
      {
        file: 'apps/backend/src/ledger/handovers.ts',
        find: 'this.#sockets.all().map(',
        replace: 'this.#sockets.all().filter(({ session }) => session !== null).map(',
      },
    ],
    test: SLOTS,
  },
  {
    rule: 'LED-1',
    control: 'forgets who arrived before it has heard of the switch',
    edits: [{ file: 'apps/backend/src/ledger/credits.ts', find: 'const REMEMBERED_MS = 10_000;', replace: 'const REMEMBERED_MS = 0;' }],
    test: SLOTS,
  },
  {
    rule: 'LED-1',
    control: 'forgets what ended while the rows were being written',
    edits: [
      {
        file: 'apps/backend/src/ledger/handovers.ts',
        find: '    this.#debits.begin(handover, inventory.items);\n    this.#credits.handOver();\n    const counted = await persist(() => this.#store.open(handover, inventory));\n',
        replace:
          '    this.#credits.handOver();\n    const counted = await persist(() => this.#store.open(handover, inventory));\n    this.#debits.begin(handover, inventory.items);\n',
      },
    ],
    test: SLOTS,
  },
  {
    rule: 'LED-1',
    control: 'gives up at once where PostgreSQL is away',
    edits: [
      {
        file: 'apps/backend/src/ledger/handovers.ts',
        find: 'databaseProblem(error)?.status === 503;',
        replace: 'databaseProblem(error)?.status === 500;',
      },
    ],
    test: SLOTS,
  },
  {
    rule: 'LED-1',
    control: 'does not write that a socket was cut at the deadline',
    edits: [
      {
        file: 'apps/backend/src/realtime/drain.ts',
        find: "      for (const { id } of this.#sockets.all()) this.#debits.ended('socket', id, 'forced');\n",
        replace: '',
      },
    ],
    test: SLOTS,
  },
  {
    rule: 'LED-1',
    control: 'does not add the rows up against what was counted',
    edits: [
      {
        file: 'libs/rollout/engine/src/ledger-faults.ts',
        find: 'return listed === counted[kind] ?',
        replace: 'return listed <= counted[kind] ?',
      },
    ],
    test: ENGINE,
  },
  {
    rule: 'LED-2',
    control: 'takes a bye for an arrival',
    edits: [
      {
        file: 'apps/backend/src/realtime/sockets.ts',
        find: '  if (moved || code === CloseCode.drainDeadline) return null;',
        replace: "  if (moved) return 'moved';\n  if (code === CloseCode.drainDeadline) return null;",
      },
    ],
    test: SLOTS,
  },
  {
    rule: 'LED-2',
    control: 'takes what nobody closed for gone',
    edits: [
      {
        file: 'libs/rollout/engine/src/ledger-summary.ts',
        find: "outcome ?? 'lost'",
        replace: "outcome ?? 'gone'",
      },
    ],
    test: ENGINE,
  },
  {
    rule: 'LED-2',
    control: 'notes that a switch cannot be accounted for, and calls it done',
    edits: [
      {
        file: 'libs/rollout/engine/src/deployment.ts',
        find: "step({ do: 'account', from, to }),",
        replace: "attempt({ do: 'account', from, to }),",
      },
    ],
    test: DEPLOYMENT,
  },
  {
    rule: 'LED-2',
    control: 'passes where nobody counted',
    edits: [
      {
        file: 'libs/rollout/engine/src/account.ts',
        find: 'if (counted === null) return',
        replace: 'if (counted == null) return',
      },
      {
        file: 'libs/rollout/engine/src/account.ts',
        find: '  if (counted === undefined) throw new Unaccounted(sides, [`nobody counted what ${sides.from} had under way`], null);\n',
        replace: '',
      },
    ],
    test: DEPLOYMENT,
  },
  {
    rule: 'LED-2',
    control: 'takes users back where a switch cannot be accounted for',
    edits: [
      {
        file: 'libs/rollout/engine/src/run.ts',
        find: "if (this.#state === 'settled' && !onRequest) return",
        replace: "if (this.#state === 'done') return",
      },
    ],
    test: DEPLOYMENT,
  },
];
