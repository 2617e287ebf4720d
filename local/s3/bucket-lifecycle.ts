// A bucket's lifecycle rules: read, set and deleted by API, and set by templates. In memory only.
// Source: PutBucketLifecycleConfiguration in the API Reference.

import { randomBytes } from 'node:crypto';
import { receiveText } from './body.ts';
import { invalidArgument, notImplemented, s3Error } from './errors.ts';
import { DAY_MS, type LifecycleFilter, type LifecycleRule } from './lifecycle-rules.ts';
import { isoTime, type Operation, requireBucket, type S3Context, xmlResponse } from './request.ts';
import { readTags } from './tags.ts';
import { type ParsedElement, parseDocument, type XmlElement } from './xml.ts';

const MAX_RULES = 1000;
const MAX_ID = 255;
/** Of transitions, which there are none of here; SDKs read it all the same. */
const ANSWER_HEADERS = { 'x-amz-transition-default-minimum-object-size': 'all_storage_classes_128K' };

/**
 * Replaces the rules of a bucket that is there.
 * @param rules - none: nothing ends by itself
 * @throws {ServiceError} InvalidArgument, InvalidRequest, MalformedXML
 */
export function setLifecycle(s3: S3Context, bucket: string, rules: readonly LifecycleRule[]): void {
  if (rules.length > MAX_RULES) throw s3Error('MalformedXML');
  for (const rule of rules) checkRule(rule);
  const repeated = rules.find(({ id }, at) => rules.findIndex((other) => other.id === id) < at);
  if (repeated) {
    throw invalidArgument('ID', repeated.id, 'Rule ID must be unique. Found same ID for more than one rule');
  }
  if (rules.length === 0) s3.lifecycles.delete(bucket);
  else s3.lifecycles.set(bucket, rules);
}

/** The id of a rule that was given none. */
export function newRuleId(): string {
  return randomBytes(36).toString('base64url');
}

export const getBucketLifecycleConfiguration: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  const rules = s3.lifecycles.get(bucket);
  if (!rules) throw s3Error('NoSuchLifecycleConfiguration', { members: { BucketName: bucket } });
  return xmlResponse('LifecycleConfiguration', { Rule: rules.map(renderRule) }, ANSWER_HEADERS);
};

export const putBucketLifecycleConfiguration: Operation = async (s3, request) => {
  requireBucket(s3, request.bucket);
  const document = parseDocument(await receiveText(s3.store, request), 'LifecycleConfiguration');
  const rules = document.children('Rule').map(parseRule);
  if (rules.length === 0) throw s3Error('MalformedXML');
  // The bucket may have been deleted while the document arrived.
  requireBucket(s3, request.bucket);
  setLifecycle(s3, request.bucket, rules);
  return { status: 200, headers: ANSWER_HEADERS };
};

export const deleteBucketLifecycle: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  s3.lifecycles.delete(bucket);
  return { status: 204 };
};

function parseRule(element: ParsedElement): LifecycleRule {
  if (element.children('Transition').length + element.children('NoncurrentVersionTransition').length > 0) {
    throw notImplemented('A transition to another storage class');
  }
  const status = element.text('Status');
  const [filter] = element.children('Filter');
  const prefix = element.text('Prefix');
  if ((status !== 'Enabled' && status !== 'Disabled') || (filter === undefined) === (prefix === undefined)) {
    throw s3Error('MalformedXML');
  }
  const [expiration] = element.children('Expiration');
  const [noncurrent] = element.children('NoncurrentVersionExpiration');
  const [abort] = element.children('AbortIncompleteMultipartUpload');
  return {
    id: element.text('ID') || newRuleId(),
    enabled: status === 'Enabled',
    filter: filter ? parseFilter(filter) : { prefix, tags: [] },
    plainPrefix: filter === undefined,
    expiration: expiration && {
      days: numberIn(expiration, 'Days'),
      date: dateIn(expiration, 'Date'),
      markers: expiration.text('ExpiredObjectDeleteMarker') === 'true' || undefined,
    },
    noncurrent: noncurrent && {
      days: required(numberIn(noncurrent, 'NoncurrentDays')),
      kept: numberIn(noncurrent, 'NewerNoncurrentVersions'),
    },
    abortDays: abort && required(numberIn(abort, 'DaysAfterInitiation')),
  };
}

/** One condition, or several in an `And`. */
function parseFilter(element: ParsedElement): LifecycleFilter {
  const [and] = element.children('And');
  const conditions = and ?? element;
  return {
    prefix: conditions.text('Prefix'),
    tags: readTags(conditions.children('Tag'), 'object'),
    largerThan: numberIn(conditions, 'ObjectSizeGreaterThan'),
    smallerThan: numberIn(conditions, 'ObjectSizeLessThan'),
  };
}

function numberIn(element: ParsedElement, name: string): number | undefined {
  const text = element.text(name)?.trim();
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw s3Error('MalformedXML');
  return Number(text);
}

function dateIn(element: ParsedElement, name: string): number | undefined {
  const text = element.text(name);
  if (text === undefined) return undefined;
  const date = Date.parse(text);
  if (Number.isNaN(date)) throw s3Error('MalformedXML');
  return date;
}

function required(value: number | undefined): number {
  if (value === undefined) throw s3Error('MalformedXML');
  return value;
}

function checkRule({ id, filter, expiration, noncurrent, abortDays }: LifecycleRule): void {
  if (id.length > MAX_ID) {
    throw invalidArgument('ID', id, `ID length should not exceed allowed limit of ${MAX_ID}`);
  }
  if (!expiration && !noncurrent && abortDays === undefined) {
    throw s3Error('InvalidRequest', { message: 'At least one action needs to be specified in a rule' });
  }
  const { days, date, markers } = expiration ?? {};
  const given = [days, date, markers].filter((value) => value !== undefined);
  if (expiration && given.length !== 1) throw s3Error('MalformedXML');
  checkDays('Days', 'Expiration', days);
  checkDays('NoncurrentDays', 'NoncurrentVersionExpiration', noncurrent?.days);
  checkDays('DaysAfterInitiation', 'AbortIncompleteMultipartUpload', abortDays);
  if (date !== undefined && date % DAY_MS !== 0) {
    throw invalidArgument('Date', isoTime(date), "'Date' must be at midnight GMT");
  }
  if (filter.tags.length > 0 && (abortDays !== undefined || markers)) {
    const action = markers ? 'ExpiredObjectDeleteMarker' : 'AbortIncompleteMultipartUpload';
    throw s3Error('InvalidRequest', { message: `${action} cannot be specified with Tags.` });
  }
}

function checkDays(name: string, action: string, days: number | undefined): void {
  if (days !== undefined && days < 1) {
    throw invalidArgument(name, String(days), `'${name}' for ${action} action must be a positive integer`);
  }
}

function renderRule(rule: LifecycleRule): XmlElement {
  const { expiration, noncurrent, abortDays } = rule;
  return {
    ID: rule.id,
    ...(rule.plainPrefix ? { Prefix: rule.filter.prefix ?? '' } : { Filter: renderFilter(rule.filter) }),
    Status: rule.enabled ? 'Enabled' : 'Disabled',
    Expiration: expiration && {
      Days: expiration.days,
      Date: expiration.date === undefined ? undefined : isoTime(expiration.date),
      ExpiredObjectDeleteMarker: expiration.markers,
    },
    NoncurrentVersionExpiration: noncurrent && {
      NoncurrentDays: noncurrent.days,
      NewerNoncurrentVersions: noncurrent.kept,
    },
    AbortIncompleteMultipartUpload: abortDays === undefined ? undefined : { DaysAfterInitiation: abortDays },
  };
}

function renderFilter({ prefix, tags, largerThan, smallerThan }: LifecycleFilter): XmlElement {
  const sizes = [largerThan, smallerThan].filter((size) => size !== undefined);
  const conditions = {
    Prefix: prefix,
    Tag: tags.map(({ Key, Value }) => ({ Key, Value })),
    ObjectSizeGreaterThan: largerThan,
    ObjectSizeLessThan: smallerThan,
  };
  const number = (prefix === undefined ? 0 : 1) + tags.length + sizes.length;
  return number > 1 ? { And: conditions } : conditions;
}
