import { z } from 'zod';
import { notes } from './note.ts';
import { CommonTiming } from './services.ts';
import { duration } from './unit.ts';

const SOURCE = 'Deployment Readiness Gate';

export const Readiness = z.strictObject({
  maxWait: duration({ min: 1 }).prefault('120s').register(notes, {
    text: 'How long a release may take until all of its services are healthy; then it is not switched to.',
    source: SOURCE,
  }),
  minReady: duration().prefault(0).register(notes, {
    text: 'How long all services must have been healthy together: who dies a second after the start was never ready.',
  }),
  timing: CommonTiming.prefault({}).register(notes, {
    text: 'For all services in place of their own `health`, which is of use to a target where they start in seconds.',
  }),
});
