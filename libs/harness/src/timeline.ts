import type { Slot } from '@devplatform/contracts';
import { failed, type RequestRecord } from './http-observer.ts';

export type MoveName = 'switch' | 'rollback' | 'forward';

/** One move of the traffic from slot to slot. All times in milliseconds since 1970. */
export interface Timeline {
  readonly move: MoveName;
  /** Of the slots' ledger of it. */
  readonly handoverId: string;
  readonly from: Slot;
  readonly to: Slot;
  /** The command line was started. */
  readonly asked: number;
  /** The engine had its lease and began: the decision, whether a person or a threshold took it. */
  readonly decided: number;
  /** The front door was told (T0). */
  readonly told: number;
  /** The engine's probes over kept and fresh connections were all answered from the new slot. */
  readonly proven: number;
  /** The old slot had nothing under way any more, as it said itself; null: it never was empty. */
  readonly drained: number | null;
  /** The command line ended. */
  readonly ended: number;
}

/** What the clients saw of a move. Times in milliseconds since 1970; null: it never happened. */
export interface Seen {
  /** The new slot answered somebody for the first time. */
  readonly firstAnswerOfNew: number | null;
  /** The last request that was still answered by the old slot was sent then. */
  readonly lastSentToOld: number | null;
  /** Its last answer arrived then. */
  readonly lastAnswerOfOld: number | null;
}

/** Looks at the requests that were answered between T0 and `until`, when the next move begins. */
export function seenByClients({ from, to, told }: Timeline, requests: readonly RequestRecord[], until: number): Seen {
  const answered = requests.filter((request) => !failed(request) && request.at + request.ms > told && request.at < until);
  const ofOld = answered.filter(({ slot }) => slot === from);
  const ofNew = answered.filter(({ slot }) => slot === to);
  return {
    firstAnswerOfNew: ofNew.length === 0 ? null : ofNew.reduce((first, { at, ms }) => Math.min(first, at + ms), Infinity),
    lastSentToOld: ofOld.length === 0 ? null : ofOld.reduce((last, { at }) => Math.max(last, at), 0),
    lastAnswerOfOld: ofOld.length === 0 ? null : ofOld.reduce((last, { at, ms }) => Math.max(last, at + ms), 0),
  };
}
