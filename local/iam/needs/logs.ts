// CloudWatch Logs' operations as actions. Source: Service Authorization Reference, "Amazon CloudWatch Logs"; that a request on
// a group names its streams (`log-group:NAME:log-stream:`) is what refusals on AWS show: a policy has to end in `:*`.

import { arnOf, bodyOf, type Called, type Mapping, type Need } from './need.ts';

export const logsNeeds: Mapping = {
  DescribeLogGroups: (called) => onGroup('DescribeLogGroups', '', called),
  DescribeLogStreams: (called) => onGroup('DescribeLogStreams', groupIn(called), called),
  FilterLogEvents: (called) => onGroup('FilterLogEvents', groupIn(called), called),
  GetLogEvents: (called) => onGroup('GetLogEvents', groupIn(called), called, bodyOf(called).logStreamName),
};

function groupIn(called: Called): unknown {
  const { logGroupName, logGroupIdentifier } = bodyOf(called);
  return logGroupName ?? logGroupIdentifier;
}

/** None where the group is missing: the service refuses such a call itself. */
function onGroup(operation: string, group: unknown, { identity }: Called, stream?: unknown): Need[] {
  if (typeof group !== 'string') return [];
  const name = group.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '');
  const resource = `log-group:${name}:log-stream:${typeof stream === 'string' ? stream : ''}`;
  return [{ action: `logs:${operation}`, resource: arnOf(identity, 'logs', resource) }];
}
