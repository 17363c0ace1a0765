import { z } from 'zod';
import { notes } from './note.ts';
import { duration } from './unit.ts';

const SOURCE = 'Step 7: Decommission Old Version';

export const Bake = z.strictObject({
  for: duration().prefault('1h').register(notes, {
    text: 'How long the new slot is watched further before the old one is decommissioned. 0 leaves the step out.',
    source: SOURCE,
  }),
  interval: duration({ min: 1 }).prefault('10s').register(notes, { text: 'From one look to the next.' }),
});
