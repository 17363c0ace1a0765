import type { Control } from './control.ts';

const LIFELINE = 'libs/session/src/lifeline.ts';
const SESSION = 'libs/session/src/session.ts';
const SESSION_SPEC = 'libs/session/src/session.spec.ts';
const REALTIME = 'apps/backend/src/realtime';
const SIFT = `${REALTIME}/sift.ts`;
const SIFT_SPEC = `${REALTIME}/sift.spec.ts`;
/** Where only the whole thing shows it. */
const SESSIONS_SPEC = 'tests/bluegreen/sessions.spec.ts';

/** An acknowledgement that speaks when an edit is in memory, as popular collaboration servers do. */
const ACKNOWLEDGED_FROM_MEMORY: Control['edits'] = [
  {
    file: `${REALTIME}/journal.ts`,
    find: 'const appended = await this.#persist(sceneId, batch);',
    replace: `for (const edit of batch) edit.settle({ kind: 'committed' });
      const appended = await this.#persist(sceneId, batch);`,
  },
];

/** What a session rests on, whatever happens to the slot that it is on. */
export const sessionControls: readonly Control[] = [
  {
    rule: 'RT-1',
    control: 'breaks before it makes: the old connection is dropped at the hint',
    edits: [{ file: LIFELINE, find: 'this.#movingSince ??= now;', replace: 'this.#movingSince ??= now;\n    this.#current?.fail();' }],
    test: SESSION_SPEC,
  },
  {
    rule: 'RT-1',
    control: 'the outbox does not move over: what was not acknowledged is not sent again',
    edits: [
      {
        file: SESSION,
        find: `this.#acknowledged(welcome.ackedCseq);
      this.#sendFrom(0);`,
        replace: 'this.#acknowledged(welcome.ackedCseq);',
      },
    ],
    test: SESSION_SPEC,
  },
  {
    rule: 'RT-2',
    control: 'a slot that stops tells its sessions never to come back',
    edits: [
      {
        file: `${REALTIME}/realtime.ts`,
        find: "closeAll(CloseCode.drainDeadline, 'This server stops: come again.')",
        replace: "closeAll(CloseCode.forbidden, 'This server stops.')",
      },
    ],
    test: `${REALTIME}/drain.spec.ts`,
  },
  {
    rule: 'RT-3',
    control: 'a session that resumes has forgotten how far it had come',
    edits: [
      { file: SESSION, find: 'lastSeq: this.#replica.lastSeq,', replace: "lastSeq: reason === 'resume' ? 0 : this.#replica.lastSeq," },
    ],
    test: SESSION_SPEC,
  },
  {
    rule: 'RT-4',
    control: 'no repair after lost hints: nobody compares cursor and head',
    edits: [
      {
        file: `${REALTIME}/scene-hubs.ts`,
        find: 'setInterval(() => void this.#audit(), AUDIT_MS)',
        replace: 'setInterval(() => undefined, AUDIT_MS)',
      },
    ],
    test: SESSIONS_SPEC,
  },
  { rule: 'RT-5', control: 'acknowledges before the commit', edits: ACKNOWLEDGED_FROM_MEMORY, test: SESSIONS_SPEC },
  {
    rule: 'RT-6',
    control: 'a herd: everybody tries again within 100 ms',
    edits: [{ file: 'libs/session/src/backoff.ts', find: 'const FIRST_MS = 1500;', replace: 'const FIRST_MS = 100;' }],
    test: 'libs/session/src/backoff.spec.ts',
  },
  {
    rule: 'RT-7',
    control: 'a handover that fails takes the connection that is in use with it',
    edits: [
      { file: LIFELINE, find: 'if (!inUse && this.#current) {', replace: 'if (!inUse && this.#current) {\n      this.#current.fail();' },
    ],
    test: SESSION_SPEC,
  },
  {
    rule: 'RT-8',
    control: 'a slot that is taken back goes on draining',
    edits: [
      {
        file: `${REALTIME}/drain.ts`,
        find: `this.#handover?.timers.forEach(clearInterval);
    this.#handover = null;`,
        replace: '',
      },
    ],
    test: SESSIONS_SPEC,
  },
  {
    rule: 'RT-9',
    control: 'an exact-version handshake',
    edits: [
      {
        file: `${REALTIME}/greeting.ts`,
        find: 'return version >= Math.max(min, ownMin) ? version : null;',
        replace: 'return max === ownMax && version >= Math.max(min, ownMin) ? version : null;',
      },
    ],
    test: `${REALTIME}/greeting.spec.ts`,
  },
  {
    rule: 'RT-10',
    control: 'state is keyed by session: the late close of an old socket ends the new one',
    edits: [
      {
        file: `${REALTIME}/scene-presence.ts`,
        find: 'return this.#entries.get(sessionId)?.by === connection;',
        replace: 'return this.#entries.has(sessionId) || connection === null;',
      },
    ],
    test: `${REALTIME}/scene-presence.spec.ts`,
  },
  { rule: 'RT-11', control: 'acknowledges what is in memory only', edits: ACKNOWLEDGED_FROM_MEMORY, test: SESSIONS_SPEC },
  {
    rule: 'RT-12',
    control: 'no back-pressure: whatever a client does not read is kept in memory',
    edits: [
      {
        file: `${REALTIME}/connection.ts`,
        find: 'if (this.socket.bufferedAmount > MAX_BUFFERED)',
        replace: 'if (this.socket.bufferedAmount > Infinity + MAX_BUFFERED)',
      },
    ],
    test: SESSIONS_SPEC,
  },
  {
    rule: 'RT-13',
    control: 'compaction deletes the rows that those who come back need',
    edits: [{ file: 'apps/worker/src/scene-compaction/compact-scene.ts', find: 'Math.min(start, head - MARGIN)', replace: 'head' }],
    test: 'apps/worker/src/scene-compaction/compaction.spec.ts',
  },
  {
    rule: 'RT-15',
    control: 'no dedupe: an edit that comes twice is written twice',
    edits: [{ file: SIFT, find: 'if (edit.cseq === expected) {', replace: 'if (edit.cseq <= expected) {' }],
    test: SIFT_SPEC,
  },
  {
    rule: 'RT-15',
    control: 'a hole is not noticed: what lies beyond it is written',
    edits: [
      { file: SIFT, find: "if (edit.cseq > expected) return { kind: 'gap', expected };", replace: '' },
      { file: SIFT, find: 'if (edit.cseq === expected) {', replace: 'if (edit.cseq >= expected) {' },
    ],
    test: SIFT_SPEC,
  },
  {
    rule: 'RT-15',
    control: 'anybody may use anybody’s client id',
    edits: [{ file: SIFT, find: "if (userId !== null && userId !== edit.userId) return { kind: 'foreign' };", replace: '' }],
    test: SIFT_SPEC,
  },
];
