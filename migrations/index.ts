import { SINCE_1_3 } from '@devplatform/contracts';
import { CreatePlatform1764000000000 } from './1764000000000-create-platform.ts';
import { AddAnnotationStatus1764100000000 } from './1764100000000-add-annotation-status.ts';

export type { Phased } from './phase.ts';

/** The migrations that this release knows, oldest first. */
export const migrations = SINCE_1_3 ? [CreatePlatform1764000000000, AddAnnotationStatus1764100000000] : [CreatePlatform1764000000000];
