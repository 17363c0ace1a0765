import { z } from 'zod';

/** The two environments of which exactly one serves live traffic (specification, "How Blue-Green Deployment Works"). */
export const Slot = z.enum(['blue', 'green']);
export type Slot = z.infer<typeof Slot>;

/** The slot that `slot` is not. */
export const otherSlot = (slot: Slot): Slot => (slot === 'blue' ? 'green' : 'blue');
