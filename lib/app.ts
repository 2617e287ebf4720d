// The CDK app of `cdk synth` and `cdk deploy`. Context `partitionKey` and `sortKey`, as NAME:S|N|B, set the table's key.

import { App } from 'aws-cdk-lib/core';
import { parseKeyAttribute } from './key-option.ts';
import { LargeItemStack } from './large-item-stack.ts';

const app = new App();
const option = (name: string) => {
  const text: unknown = app.node.tryGetContext(name);
  return text === undefined ? {} : { [name]: parseKeyAttribute(String(text), name) };
};
new LargeItemStack(app, 'Twinwrite', { store: { ...option('partitionKey'), ...option('sortKey') } });
