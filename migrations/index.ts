import { SINCE_1_3 } from '@devplatform/contracts';
import { CreatePlatform1764000000000 } from './1764000000000-create-platform.ts';
import { AddHandoverLedger1764050000000 } from './1764050000000-add-handover-ledger.ts';
import { AddUploadCare1764060000000 } from './1764060000000-add-upload-care.ts';
import { BindClients1764070000000 } from './1764070000000-bind-clients.ts';
import { AddAnnotationStatus1764100000000 } from './1764100000000-add-annotation-status.ts';

export type { Batches, Phased } from './phase.ts';

/** The migrations that this release knows, oldest first. */
export const migrations = [
  CreatePlatform1764000000000,
  AddHandoverLedger1764050000000,
  AddUploadCare1764060000000,
  BindClients1764070000000,
  ...(SINCE_1_3 ? [AddAnnotationStatus1764100000000] : []),
];
