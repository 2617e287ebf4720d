// Lambda's operations as actions, on the function's ARN, with the version or alias if one is asked for.
// Source: Service Authorization Reference, "AWS Lambda".

import { parseReference } from '../../lambda/operations.ts';
import { arnOf, type Called, type Mapping, type Need } from './need.ts';

export const lambdaNeeds: Mapping = {
  GetFunction: onFunction('GetFunction'),
  GetFunctionConfiguration: onFunction('GetFunctionConfiguration'),
  Invoke: onFunction('InvokeFunction'),
  ListFunctions: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
};

function onFunction(action: string): (called: Called) => Need[] {
  return ({ request, identity }) => {
    const { name, qualifier } = parseReference(request.path.split('/')[3] ?? '', request.query);
    const resource = qualifier === undefined ? `function:${name}` : `function:${name}:${qualifier}`;
    return [{ action: `lambda:${action}`, resource: arnOf(identity, 'lambda', resource) }];
  };
}
