// A bucket's CORS rules: read, set and deleted by API, and set by templates. In memory only.
// Source: PutBucketCors in the API Reference; "Elements of a CORS configuration" in the User Guide.

import { receiveText } from './body.ts';
import type { CorsRule } from './cors-rules.ts';
import { s3Error } from './errors.ts';
import { type Operation, requireBucket, type S3Context, xmlResponse } from './request.ts';
import { type ParsedElement, parseDocument } from './xml.ts';

const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'];
const MAX_RULES = 100;

/**
 * Replaces the rules of a bucket that is there.
 * @param rules - none: no page of another origin is let in
 * @throws {ServiceError} InvalidRequest, MalformedXML
 */
export function setCorsRules({ corsRules }: S3Context, bucket: string, rules: readonly CorsRule[]): void {
  for (const rule of rules) checkRule(rule);
  if (rules.length > MAX_RULES) {
    throw s3Error('InvalidRequest', { message: `The number of CORS rules should not exceed ${MAX_RULES}` });
  }
  if (rules.length === 0) corsRules.delete(bucket);
  else corsRules.set(bucket, rules);
}

export const getBucketCors: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  const rules = s3.corsRules.get(bucket);
  if (!rules) throw s3Error('NoSuchCORSConfiguration', { members: { BucketName: bucket } });
  return xmlResponse('CORSConfiguration', {
    CORSRule: rules.map(({ id, origins, methods, headers, exposed, maxAgeSeconds }) => ({
      ID: id,
      AllowedOrigin: origins,
      AllowedMethod: methods,
      AllowedHeader: headers,
      MaxAgeSeconds: maxAgeSeconds,
      ExposeHeader: exposed,
    })),
  });
};

export const putBucketCors: Operation = async (s3, request) => {
  requireBucket(s3, request.bucket);
  const document = parseDocument(await receiveText(s3.store, request), 'CORSConfiguration');
  const rules = document.children('CORSRule').map(parseRule);
  if (rules.length === 0) throw s3Error('MalformedXML');
  setCorsRules(s3, request.bucket, rules);
  return { status: 200 };
};

export const deleteBucketCors: Operation = async (s3, { bucket }) => {
  requireBucket(s3, bucket);
  s3.corsRules.delete(bucket);
  return { status: 204 };
};

function parseRule(element: ParsedElement): CorsRule {
  const all = (name: string) => element.children(name).map((child) => child.content());
  const maxAge = element.text('MaxAgeSeconds');
  if (maxAge !== undefined && !/^\d+$/.test(maxAge)) throw s3Error('MalformedXML');
  return {
    id: element.text('ID'),
    origins: all('AllowedOrigin'),
    methods: all('AllowedMethod'),
    headers: all('AllowedHeader'),
    exposed: all('ExposeHeader'),
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
  };
}

function checkRule({ origins, methods, headers }: CorsRule): void {
  if (origins.length === 0 || methods.length === 0) throw s3Error('MalformedXML');
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) {
    throw s3Error('InvalidRequest', {
      message: `Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`,
    });
  }
  for (const [name, patterns] of Object.entries({ AllowedOrigin: origins, AllowedHeader: headers })) {
    const wild = patterns.find((pattern) => pattern.split('*').length > 2);
    if (wild !== undefined) {
      throw s3Error('InvalidRequest', { message: `${name} "${wild}" can not have more than one wildcard.` });
    }
  }
}
