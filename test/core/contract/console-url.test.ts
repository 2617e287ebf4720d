import { expect, it } from 'vitest';
import { consoleUrl } from '../../../core/contract/console-url.ts';

it.each([
  [
    'arn:aws:states:eu-central-1:111122223333:execution:Create:create-42-01J',
    'https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/arn:aws:states:eu-central-1:111122223333:execution:Create:create-42-01J',
  ],
  [
    'arn:aws-cn:states:cn-north-1:111122223333:execution:Create:x',
    'https://cn-north-1.console.amazonaws.cn/states/home?region=cn-north-1#/v2/executions/details/arn:aws-cn:states:cn-north-1:111122223333:execution:Create:x',
  ],
  [
    'arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:Create:x',
    'https://us-gov-west-1.console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#/v2/executions/details/arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:Create:x',
  ],
  [
    'arn:aws-eusc:states:eusc-de-east-1:111122223333:execution:Create:x',
    'https://eusc-de-east-1.console.amazonaws-eusc.eu/states/home?region=eusc-de-east-1#/v2/executions/details/arn:aws-eusc:states:eusc-de-east-1:111122223333:execution:Create:x',
  ],
])('an execution has its page in the console of its partition: %s', (arn, url) => {
  expect(consoleUrl(arn)).toBe(url);
  expect(new URL(url).searchParams.get('region')).toBe(arn.split(':')[3]);
});

it('names that another program gave are encoded', () => {
  const url = consoleUrl('arn:aws:states:eu-west-1:1:execution:M:naïve/50%');
  expect(url).toMatch(/:execution:M:na%C3%AFve%2F50%25$/);
  expect(decodeURIComponent(new URL(url).hash)).toBe(
    '#/v2/executions/details/arn:aws:states:eu-west-1:1:execution:M:naïve/50%',
  );
});
