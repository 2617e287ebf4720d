// Whether a bucket keeps versions: read and set by API, and set by templates.
// Source: PutBucketVersioning in the API Reference; what S3 answers is recorded.

import { receiveText } from './body.ts';
import { notImplemented, s3Error } from './errors.ts';
import { type Operation, requireBucket, xmlResponse } from './request.ts';
import { parseDocument } from './xml.ts';

export const getBucketVersioning: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  return xmlResponse('VersioningConfiguration', { Status: s3.store.bucket(bucket)?.versioning });
};

export const putBucketVersioning: Operation = async (s3, request) => {
  const { bucket, headers } = request;
  requireBucket(s3, bucket);
  const document = parseDocument(await receiveText(s3.store, request), 'VersioningConfiguration');
  const status = document.text('Status');
  if (status === undefined) throw s3Error('IllegalVersioningConfigurationException');
  if (status !== 'Enabled' && status !== 'Suspended') throw s3Error('MalformedXML');
  if (headers['x-amz-mfa'] !== undefined || document.text('MfaDelete') === 'Enabled') {
    throw notImplemented('MFA delete');
  }
  // The bucket may have been deleted while the document arrived.
  requireBucket(s3, bucket);
  s3.store.changeBucket(bucket, { versioning: status });
  return { status: 200 };
};
