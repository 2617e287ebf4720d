// Where a person looks at an execution: its page in the Step Functions console, in every partition of AWS.

const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-eusc': 'console.amazonaws-eusc.eu',
};

/**
 * The console's page of an execution. An ARN of a partition whose console is not public gets the link that it would
 * have in AWS's commercial Regions.
 */
export function consoleUrl(executionArn: string): string {
  const [, partition = 'aws', , region = ''] = executionArn.split(':');
  const host = Object.hasOwn(CONSOLES, partition) ? CONSOLES[partition] : CONSOLES.aws;
  // Colons may stand in a fragment, and the console has them there as they are.
  const arn = encodeURIComponent(executionArn).replaceAll('%3A', ':');
  return `https://${region}.${host}/states/home?region=${encodeURIComponent(region)}#/v2/executions/details/${arn}`;
}
