// What is deployed: a store whose items other programs may delete, and which sweeps.

import { RemovalPolicy } from 'aws-cdk-lib';
import { App } from 'aws-cdk-lib/core';
import { LargeItemStack } from '../../lib/index.ts';

new LargeItemStack(new App(), 'TwinwriteDeploy', {
  store: { cleanUpForeignDeletes: true, removalPolicy: RemovalPolicy.DESTROY },
});
