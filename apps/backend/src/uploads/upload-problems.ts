import { ProblemError } from '../http/problem.ts';
import { unknown } from '../projects/project-access.ts';
import type { UploadRow } from './upload.entity.ts';

export const unknownUpload = unknown('upload');

export const notOpen = (status: UploadRow['status']): ProblemError =>
  new ProblemError(409, 'upload-not-open', `The upload is ${status} and takes no more parts. Nothing was changed.`);

export const notYours = (): ProblemError =>
  new ProblemError(403, 'not-your-upload', 'Only who began the upload can go on with it. Nothing was changed.');
