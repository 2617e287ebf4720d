// What buckets tell of their objects: events for functions and queues, and events for the bus.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html

import type { ObjectChange } from '../s3/index.ts';
import type { CloudIdentity } from '../service.ts';

/** Whom a bucket tells. */
export interface BucketNotifications {
  /** Whether every change is an event on the default bus. */
  readonly eventBridge: boolean;
  readonly direct: readonly BucketNotification[];
}

export interface BucketNotification {
  readonly id: string;
  /** The ARN of a function or a queue. */
  readonly target: string;
  /** `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, ... */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/** Whether it is told of a change. */
export function isWanted({ events, prefix, suffix }: BucketNotification, change: ObjectChange): boolean {
  const name = `s3:${change.event}`;
  return (
    change.key.startsWith(prefix) &&
    change.key.endsWith(suffix) &&
    events.some((event) => event === name || (event.endsWith(':*') && name.startsWith(event.slice(0, -1))))
  );
}

/** What the function is invoked with, or the queue is sent: one record. Keys are encoded as in a form. */
export function notificationEvent(
  { id }: BucketNotification,
  { event, bucket, key, size, etag, versionId, time, sequencer }: ObjectChange,
  { region, accountId }: CloudIdentity,
): object {
  const principalId = accountId;
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(time).toISOString(),
        eventName: event,
        userIdentity: { principalId },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {},
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: id,
          bucket: { name: bucket, ownerIdentity: { principalId }, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: new URLSearchParams({ key }).toString().slice('key='.length),
            ...(size !== undefined && { size }),
            ...(etag !== undefined && { eTag: etag }),
            ...(versionId !== undefined && { versionId }),
            sequencer,
          },
        },
      },
    ],
  };
}

/** What the call was that changed the object, as events of the bus name it. */
const REASONS: Readonly<Record<ObjectChange['event'], string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'DeleteObject',
  'ObjectRemoved:DeleteMarkerCreated': 'DeleteObject',
  'LifecycleExpiration:Delete': 'Lifecycle Expiration',
  'LifecycleExpiration:DeleteMarkerCreated': 'Lifecycle Expiration',
};

/** The event for the bus, without what every event has. Keys are not encoded. */
export function busEvent({ event, bucket, key, size, etag, versionId, sequencer }: ObjectChange) {
  const created = event.startsWith('ObjectCreated:');
  const marker = event.endsWith(':DeleteMarkerCreated');
  return {
    source: 'aws.s3',
    'detail-type': created ? 'Object Created' : 'Object Deleted',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        ...(created && { size, etag }),
        ...(versionId !== undefined && { 'version-id': versionId }),
        sequencer,
      },
      reason: REASONS[event],
      ...(!created && { 'deletion-type': marker ? 'Delete Marker Created' : 'Permanently Deleted' }),
      'source-ip-address': '127.0.0.1',
    },
  };
}
