import type { Control } from './control.ts';

const REALTIME = 'apps/backend/src/realtime';
const JOURNAL = { file: `${REALTIME}/journal.ts`, spec: `${REALTIME}/journal.spec.ts` };
const DRAIN = { file: `${REALTIME}/drain.ts`, spec: `${REALTIME}/drain.spec.ts` };

const READINESS = { file: 'libs/rollout/gates/src/readiness.ts', spec: 'libs/rollout/gates/src/readiness.spec.ts' };
const DEPLOYMENT = 'libs/rollout/engine/src/deployment.spec.ts';

const acknowledgesBeforeTheCommit = {
  file: JOURNAL.file,
  find: `      const appended = await this.#persist(sceneId, batch);
      this.#hubs.committed`,
  replace: `      for (const edit of batch) edit.settle({ kind: 'committed' });
      const appended = await this.#persist(sceneId, batch);
      this.#hubs.committed`,
};
const withoutAudit = {
  file: `${REALTIME}/scene-hubs.ts`,
  find: 'this.#auditor = setInterval(() => void this.#audit(), AUDIT_MS);',
  replace: 'this.#auditor = undefined;',
};
const withoutHints = {
  file: `${REALTIME}/scene-hubs.ts`,
  find: 'if (payloads.length > 0) this.#hints.publish(sceneId, { head });',
  replace: '',
};

/** The promises of a deployment under load, and of what a session rests on. */
export const platformControls: readonly Control[] = [
  { rule: 'BG-2', control: 'acknowledges before the commit', edits: [acknowledgesBeforeTheCommit], test: JOURNAL.spec },
  {
    rule: 'BG-2',
    control: 'no dedupe: a repeated edit is written again',
    edits: [
      {
        file: `${REALTIME}/sift.ts`,
        find: 'if (edit.cseq === expected) {',
        replace: 'if (edit.cseq <= expected) {',
      },
      // The database would not have it: the second of two guards.
      {
        file: 'migrations/1764000000000-create-platform.ts',
        find: 'UNIQUE (scene_id, client_id, cseq))',
        replace: 'CHECK (cseq > 0))',
      },
    ],
    test: JOURNAL.spec,
  },
  {
    rule: 'BG-2',
    control: 'writes beyond a hole in the numbers of a client',
    edits: [
      { file: `${REALTIME}/sift.ts`, find: "if (edit.cseq > expected) return { kind: 'gap', expected };", replace: '' },
      { file: `${REALTIME}/sift.ts`, find: 'if (edit.cseq === expected) {', replace: 'if (edit.cseq >= expected) {' },
    ],
    test: JOURNAL.spec,
  },
  { rule: 'BG-3', control: 'no repair after lost hints: neither hints nor audit', edits: [withoutHints, withoutAudit], test: JOURNAL.spec },
  {
    rule: 'BG-4',
    control: 'cuts connections instead of draining them',
    edits: [
      {
        file: DRAIN.file,
        find: 'if (client && this.#sockets.has(client) && this.hint) client.tell(this.hint);',
        replace: "if (client && this.#sockets.has(client)) client.close(CloseCode.drainDeadline, 'Come again.');",
      },
    ],
    test: DRAIN.spec,
  },
  {
    rule: 'BG-9',
    control: 'does not count as forced whom it cuts at the deadline',
    edits: [{ file: DRAIN.file, find: 'handover.forced += this.#sockets.closeAll(', replace: 'this.#sockets.closeAll(' }],
    test: DRAIN.spec,
  },
  {
    rule: 'BG-20',
    control: 'switches whatever a gate says',
    edits: [
      { file: 'libs/rollout/engine/src/gate.ts', find: "if (result.status !== 'passed')", replace: "if (result.status === 'unknown')" },
    ],
    test: DEPLOYMENT,
  },
  {
    rule: 'BG-22',
    control: 'takes a release for ready when the wait is over',
    edits: [{ file: READINESS.file, find: 'return late(watches, maxWaitMs, checks());', replace: 'return ready(maxWaitMs, checks());' }],
    test: READINESS.spec,
  },
  {
    rule: 'BG-23',
    control: 'takes the first good answer of a release for ready',
    edits: [{ file: READINESS.file, find: ' && clock.now() - readySince >= minReadyMs', replace: '' }],
    test: READINESS.spec,
  },
  {
    rule: 'BG-31',
    control: 'deploys whatever slot was named',
    edits: [
      {
        file: 'libs/rollout/engine/src/plan.ts',
        find: 'if (active !== null && wanted === active) {',
        replace: 'if (active === null && wanted === active) {',
      },
    ],
    test: DEPLOYMENT,
  },
  {
    rule: 'BG-32',
    control: 'takes the lease whoever holds it',
    edits: [
      {
        file: 'libs/rollout/target-local/src/lease.ts',
        find: 'if (held !== null && isHeld(held) && !(supersedeOwn && isOwn(held))) throw locked(held, this.#files(last));',
        replace: '',
      },
    ],
    test: 'libs/rollout/target-local/src/lease.spec.ts',
  },
  {
    rule: 'BG-40',
    control: 'no limit to the rate of frames',
    edits: [{ file: `${REALTIME}/connection.ts`, find: 'if (!this.#frames.take()) {', replace: 'if (!this.#frames) {' }],
    test: `${REALTIME}/scenes.gateway.spec.ts`,
  },
  {
    rule: 'BG-40',
    control: 'journals what cannot be read',
    edits: [{ file: `${REALTIME}/connection.ts`, find: '    Y.decodeUpdate(frame.payload);\n', replace: '' }],
    test: `${REALTIME}/scenes.gateway.spec.ts`,
  },
  { rule: 'BG-51', control: 'acknowledges before the commit', edits: [acknowledgesBeforeTheCommit], test: JOURNAL.spec },
  { rule: 'BG-52', control: 'relies on hints: no audit', edits: [withoutAudit], test: JOURNAL.spec },
  {
    rule: 'RT-16',
    control: 'frames change, our own client with them, and the page does not say so',
    edits: [
      { file: 'libs/contracts/src/frames.ts', find: 'encoding.writeVarUint(out, 1);', replace: 'encoding.writeVarUint(out, 4);' },
      { file: 'libs/contracts/src/frames.ts', find: '    case 1:', replace: '    case 4:' },
    ],
    test: 'libs/contracts/src/protocol-page.spec.ts',
  },
  {
    rule: 'RT-17',
    control: 'hints before the switch: does not ask the front door',
    edits: [{ file: DRAIN.file, find: 'if (seen.some((slot) => slot !== request.to)) {', replace: 'if (seen.length === 0) {' }],
    test: DRAIN.spec,
  },
  {
    rule: 'RT-17',
    control: 'a herd instead of a spread: all hints at once',
    edits: [{ file: DRAIN.file, find: 'const window = windowMs ?? hintWindow(total);', replace: 'const window = windowMs ?? 0;' }],
    test: DRAIN.spec,
  },
];
