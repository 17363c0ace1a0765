import { z } from 'zod';
import { notes } from './note.ts';
import { duration } from './unit.ts';

const SOURCE = 'Step 7: Decommission Old Version';

export const Decommission = z.strictObject({
  how: z.enum(['park', 'stop']).prefault('park').register(notes, {
    text: '`park` keeps the old slot warm, as the way back; `stop` frees what it holds, and the way back is gone.',
    source: SOURCE,
  }),
  quiet: duration().prefault('10s').register(notes, {
    text: 'How long the front door must have had no answer of the old slot, and nothing be in flight in it.',
  }),
});
