// A stack of your own with a store in it.

import { App, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LargeItemStore } from 'twinwrite/cdk';

class MyStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LargeItemStore(this, 'Docs'); // bucket, table, three state machines, their Lambda functions, outputs
  }
}

new MyStack(new App(), 'MyStack');
