import validator from 'gltf-validator';
import { Rejection } from '../rejection.ts';

/** Against the letter of the standard, but common in files that every viewer shows, and harmless to what follows. */
const TOLERATED = [
  'ACCESSOR_VECTOR3_NON_UNIT',
  'ACCESSOR_INVALID_SIGN',
  'ACCESSOR_NON_CLAMPED',
  'ACCESSOR_MIN_MISMATCH',
  'ACCESSOR_MAX_MISMATCH',
  'ACCESSOR_ELEMENT_OUT_OF_MIN_BOUND',
  'ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND',
  'ACCESSOR_ANIMATION_SAMPLER_OUTPUT_NON_NORMALIZED_QUATERNION',
  'ACCESSOR_WEIGHTS_NON_NORMALIZED',
  'BUFFER_VIEW_TARGET_OVERRIDE',
  'IMAGE_MIME_TYPE_INVALID',
  'ROTATION_NON_UNIT',
];

/** The Khronos validator; its first error refuses the file. Throws Rejection. */
export async function validateModel(file: Uint8Array): Promise<void> {
  const { issues } = await validator.validateBytes(file, {
    format: 'glb',
    maxIssues: 100,
    ignoredIssues: TOLERATED,
    writeTimestamp: false,
  });
  const error = issues.messages.find(({ severity }) => severity === 0);
  if (error !== undefined) throw new Rejection('invalid-gltf', `${error.message} (${error.code} at ${error.pointer ?? 'the file'})`);
}
