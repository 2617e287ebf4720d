// The services that know where a store is. They are loaded when they are asked, and in browsers not at all:
// `lookups.browser.ts` stands in their place, by the `browser` field of package.json.

import { strangeAnswer } from '../errors/errors.ts';
import { patience } from '../platform/platform.ts';

/** A stack's outputs by name. @throws what the SDK throws; an error that names the host, where the answer is not AWS's */
export async function stackOutputs(
  stackName: string,
  region: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const cloudformation = new CloudFormationClient(configOf(region));
  const asked: Asked = { service: 'CloudFormation' };
  cloudformation.middlewareStack.add(noting(asked), { step: 'finalizeRequest' });
  try {
    const { Stacks, $metadata } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    // Without a stack AWS answers 400: this is some page.
    if (Stacks === undefined) throw notAws(asked, $metadata.httpStatusCode);
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } catch (error) {
    throw understood(error, asked);
  } finally {
    cloudformation.destroy();
  }
}

/** An SSM parameter's value. @throws as {@link stackOutputs} */
export async function parameterValue(name: string, region: string | undefined): Promise<string> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const ssm = new SSMClient(configOf(region));
  const asked: Asked = { service: 'Parameter Store' };
  ssm.middlewareStack.add(noting(asked), { step: 'finalizeRequest' });
  try {
    const { Parameter, $metadata } = await ssm.send(new GetParameterCommand({ Name: name }));
    if (Parameter === undefined) throw notAws(asked, $metadata.httpStatusCode);
    return Parameter.Value ?? '';
  } catch (error) {
    throw understood(error, asked);
  } finally {
    ssm.destroy();
  }
}

function configOf(region: string | undefined) {
  return { ...patience(15), ...(region !== undefined && { region }) };
}

/** Who is asked: a proxy, or an endpoint of the environment's, may answer in AWS's place. */
interface Asked {
  readonly service: string;
  host?: string;
}

/** A middleware that notes where the request goes. */
function noting(asked: Asked) {
  return <Args extends { request?: unknown }, Answer>(next: (args: Args) => Promise<Answer>) =>
    (args: Args): Promise<Answer> => {
      const { hostname, port } = args.request as { hostname: string; port?: number };
      asked.host = port === undefined ? hostname : `${hostname}:${port}`;
      return next(args);
    };
}

function understood(error: unknown, asked: Asked): unknown {
  const status = error instanceof Error ? strangeAnswer(error) : undefined;
  return status === undefined ? error : notAws(asked, status, error);
}

function notAws(
  { service, host = 'the endpoint' }: Asked,
  status: number | undefined,
  cause?: unknown,
): Error {
  return new Error(`${host} answers ${status}, and not as ${service} does`, { cause });
}
