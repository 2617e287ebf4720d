// Pages of other origins that upload to the bucket.

import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { LargeItemStore } from '../../../lib/index.ts';
import { templateApp, templateOf } from '../app.ts';

describe('uploadOrigins', () => {
  const uploadOrigins = ['https://app.example.com', 'https://*.example.org'];

  test('become a CORS rule for PUT, of an own and of a given bucket', () => {
    const rule = {
      Id: 'PresignedUploads',
      AllowedMethods: ['PUT'],
      AllowedOrigins: uploadOrigins,
      AllowedHeaders: ['*'],
    };
    const expected = { CorsConfiguration: { CorsRules: [Match.objectLike(rule)] } };
    templateOf(() => ({ uploadOrigins })).hasResourceProperties('AWS::S3::Bucket', expected);
    templateOf((stack) => ({ uploadOrigins, bucket: new Bucket(stack, 'Own') })).hasResourceProperties(
      'AWS::S3::Bucket',
      expected,
    );
  });

  test('of an imported bucket are asked for', () => {
    const stack = new Stack(templateApp(), 'Test');
    new LargeItemStore(stack, 'Docs', {
      uploadOrigins,
      bucket: Bucket.fromBucketName(stack, 'Given', 'given'),
    });
    Annotations.fromStack(stack).hasInfo('*', Match.stringLikeRegexp('CORS rule.*https://app.example.com'));
  });

  test('are none by default', () => {
    const [bucket] = Object.values(templateOf().findResources('AWS::S3::Bucket'));
    expect(bucket?.Properties).not.toHaveProperty('CorsConfiguration');
  });

  test.each(['app.example.com', 'https://app.example.com/', 'https://*.*.com', 'https://a b', ''])(
    'refuse "%s"',
    (origin) => {
      expect(() => templateOf(() => ({ uploadOrigins: [origin] }))).toThrow(`got "${origin}"`);
    },
  );
});
