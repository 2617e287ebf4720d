// The services that know where a store is. They are loaded when they are asked, and in browsers not at all:
// `lookups.browser.ts` stands in their place, by the `browser` field of package.json.

/** A stack's outputs by name. @throws what the SDK throws */
export async function stackOutputs(
  stackName: string,
  region: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const cloudformation = new CloudFormationClient(region === undefined ? {} : { region });
  try {
    const { Stacks: [stack] = [] } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    const outputs = stack?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } finally {
    cloudformation.destroy();
  }
}

/** An SSM parameter's value. @throws what the SDK throws */
export async function parameterValue(name: string, region: string | undefined): Promise<string> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const ssm = new SSMClient(region === undefined ? {} : { region });
  try {
    return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value ?? '';
  } finally {
    ssm.destroy();
  }
}
