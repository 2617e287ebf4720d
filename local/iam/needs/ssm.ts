// Parameter Store's operations as actions, each on the parameters that its request names.
// Source: Service Authorization Reference, "AWS Systems Manager".

import { parameterArn } from '../../ssm/parameters.ts';
import { bodyOf, type Called, type Mapping, type Need } from './need.ts';

export const ssmNeeds: Mapping = {
  GetParameter: (called) => onParameters('GetParameter', [bodyOf(called).Name], called),
  GetParameters: (called) => {
    const { Names } = bodyOf(called);
    return onParameters('GetParameters', Array.isArray(Names) ? Names : [], called);
  },
  PutParameter: (called) => onParameters('PutParameter', [bodyOf(called).Name], called),
};

function onParameters(operation: string, names: readonly unknown[], { identity }: Called): Need[] {
  return names.flatMap((name) =>
    typeof name === 'string' ? [{ action: `ssm:${operation}`, resource: parameterArn(name, identity) }] : [],
  );
}
