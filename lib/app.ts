// The CDK app of `cdk synth` and `cdk deploy`. Context `partitionKey` and `sortKey`, as NAME:S|N|B, set the table's key;
// `express=true` adds an Express lane.

import { App } from 'aws-cdk-lib/core';
import { parseKeyAttribute } from './key-option.ts';
import { LargeItemStack } from './large-item-stack.ts';

const app = new App();
const option = (name: string) => {
  const text: unknown = app.node.tryGetContext(name);
  return text === undefined ? {} : { [name]: parseKeyAttribute(String(text), name) };
};
const flag = (name: string) => {
  const text = String(app.node.tryGetContext(name) ?? false);
  if (text !== 'true' && text !== 'false') throw new Error(`${name}: expected true or false, got "${text}"`);
  return text === 'true' ? { [name]: true } : {};
};
new LargeItemStack(app, 'Twinwrite', {
  store: { ...option('partitionKey'), ...option('sortKey'), ...flag('express') },
});
