// How a store is called in CloudWatch.

import { Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** The namespace of every metric of this package; a store's own begin with it. */
export const NAMESPACE = 'Twinwrite';

/**
 * The store's name in metrics: its stack's name and its path in the stack, so that two deployments of one app in an account
 * do not share a metric. Where the stack's name is not known yet (nested stacks) it is the path in the app.
 */
export function storeName(store: IConstruct): string {
  const { node } = store;
  const stack = Stack.of(store);
  if (Token.isUnresolved(stack.stackName)) return node.path;
  return [stack.stackName, node.path.slice(stack.node.path.length).replace(/^\//, '')].join('/');
}

/**
 * Of what is counted in logs. A metric filter can give no constant as a dimension, so the store is named here (CloudWatch API
 * reference, MetricTransformation and PutMetricData: the characters of a namespace).
 */
export function storeNamespace(store: IConstruct): string {
  const name = storeName(store).replace(/[^\w.\-/#: ]/g, '-');
  return `${NAMESPACE}/${name}`.slice(0, 255);
}
