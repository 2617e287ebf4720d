// Every operation that is implemented, by AWS's name.

import { configurationReads } from './bucket-configuration.ts';
import { deleteBucketCors, getBucketCors, putBucketCors } from './bucket-cors.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { preflightRequest } from './cors.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './multipart.ts';
import { completeMultipartUpload } from './multipart-complete.ts';
import { listMultipartUploads, listParts } from './multipart-lists.ts';
import { copyObject } from './object-copy.ts';
import { listObjects, listObjectsV2 } from './object-lists.ts';
import { getObject, getObjectAttributes, headObject } from './object-read.ts';
import {
  deleteObject,
  deleteObjects,
  deleteObjectTagging,
  getObjectTagging,
  putObject,
  putObjectTagging,
} from './object-write.ts';
import type { Operation } from './request.ts';

export const OPERATIONS: Readonly<Record<string, Operation | undefined>> = {
  ...configurationReads,
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteBucketCors: deleteBucketCors,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  DeleteObjectTagging: deleteObjectTagging,
  GetBucketCors: getBucketCors,
  GetBucketLocation: getBucketLocation,
  GetObject: getObject,
  GetObjectAttributes: getObjectAttributes,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListMultipartUploads: listMultipartUploads,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListParts: listParts,
  PreflightRequest: preflightRequest,
  PutBucketCors: putBucketCors,
  PutObject: putObject,
  PutObjectTagging: putObjectTagging,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
};
