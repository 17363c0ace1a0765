import type { Window } from './editing.ts';
import { quantile } from './quantile.ts';
import type { EditorRecord } from './scene-editor.ts';
import type { EditorsReport } from './scene-editors.ts';

/** Times without a usable connection, one each; `Infinity` for who never came back. Milliseconds. */
export const gapsOf = ({ arrivals, offline }: Pick<EditorRecord, 'arrivals' | 'offline'>): readonly number[] => [
  ...arrivals.filter(({ reason }) => reason === 'resume').map(({ gapMs }) => gapMs),
  ...offline.filter(({ at }) => !arrivals.some((arrival) => arrival.at >= at)).map(() => Infinity),
];

/** The longest time that anybody had no usable connection; 0: nobody was offline for a moment. */
export const longestGap = (editors: readonly EditorRecord[]): number => Math.max(0, ...editors.flatMap(gapsOf));

/** When those who had lost their connection had one again; milliseconds since 1970, for `spreadOf`. */
export const returnsOf = (editors: readonly EditorRecord[]): readonly number[] =>
  editors.flatMap(({ arrivals }) => arrivals.filter(({ reason }) => reason === 'resume').map(({ at }) => at));

export interface AckFigures {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/** Acknowledgement latencies (milliseconds) of edits that were made within `windows`, and of the others. */
export function acksDuring(
  acks: EditorsReport['acks'],
  windows: readonly Window[],
): { readonly within: AckFigures; readonly outside: AckFigures } {
  const { within = [], outside = [] } = Object.groupBy(acks, ({ at }) =>
    windows.some(({ from, to }) => at >= from && at <= to) ? 'within' : 'outside',
  );
  return { within: figuresOf(within), outside: figuresOf(outside) };
}

function figuresOf(acks: EditorsReport['acks']): AckFigures {
  const ms = acks.map((ack) => ack.ms);
  return { count: ms.length, p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), longest: quantile(ms, 1) };
}
