import { S3ServiceException } from '@aws-sdk/client-s3';

/** The store says that there is no such object, or no such multipart upload. */
export const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (error.$metadata.httpStatusCode === 404 || error.name === 'NoSuchUpload' || error.name === 'NoSuchKey');
