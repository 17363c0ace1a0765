import { table } from '../database/columns.ts';

/** Which release each slot runs or ran last, and the job contracts it can consume. */
export interface SlotReleaseRow {
  slot: 'blue' | 'green';
  release: string;
  contracts: number[];
  at: Date;
}

export const SlotReleaseEntity = table<SlotReleaseRow>('slot_release', {
  slot: { type: 'text', primary: true },
  release: { type: 'text' },
  contracts: { type: 'int', array: true },
  at: { type: 'timestamptz' },
});
