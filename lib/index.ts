// The CDK construct, as `twinwrite/cdk`.

export type { KeyAttribute, KeyType } from '../core/keys/item-key.ts';
export { LargeItemStack, type LargeItemStackProps } from './large-item-stack.ts';
export { LargeItemStore } from './large-item-store.ts';
export type { LargeItemStoreProps } from './large-item-store-props.ts';
export { Sweep, type SweepProps } from './sweep.ts';
