import { join } from 'node:path';

/** The built releases; another folder where DEVPLATFORM_RELEASES names one, for a product that is broken on purpose. */
export const RELEASES = process.env.DEVPLATFORM_RELEASES ?? join(import.meta.dirname, '../../dist/releases');
