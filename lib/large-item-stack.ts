// A stack of one store: what `cdk deploy` deploys from this repository, and the local cloud runs by default.

import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { LargeItemStore } from './large-item-store.ts';
import type { LargeItemStoreProps } from './large-item-store-props.ts';

/** The stack's own settings, and those of the store in it. */
export interface LargeItemStackProps extends StackProps {
  readonly store?: LargeItemStoreProps;
}

/** A stack of one store, which clients find by the stack's name. */
export class LargeItemStack extends Stack {
  readonly store: LargeItemStore;

  constructor(scope: Construct, id: string, { store, ...props }: LargeItemStackProps = {}) {
    super(scope, id, { description: 'Twinwrite: DynamoDB items with large attributes in S3', ...props });
    this.store = new LargeItemStore(this, 'Docs', store);
  }
}
