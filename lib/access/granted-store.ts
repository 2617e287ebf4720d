// What both a store and an imported one are: something to grant on.

import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { combined } from '../rights/objects.ts';
import {
  type Granting,
  grantCheck,
  grantOperate,
  grantRead,
  grantRuns,
  grantStaging,
  grantSweep,
  grantWait,
} from './callers.ts';
import { type Discovery, grantDiscovery } from './discovery.ts';

/** A store of this stack or of another, on which rights are granted. What each comes to is in docs/grants.md. */
export interface ILargeItemStore extends IConstruct {
  /** Where the items are. */
  readonly table: ITable;
  /** Where the objects of large attributes are, and what is staged. */
  readonly bucket: IBucket;
  /** The store's description as JSON: what an app's variable `TWINWRITE_STORE` holds. */
  readonly descriptor: string;
  /** Lets an app write content of any size: start runs, see how they end, and stage what does not fit into their input. */
  grantWrite(grantee: IGrantable): Grant;
  /** Lets an app write what fits into a run's input, or what others have staged. It needs no rights to the bucket. */
  grantWriteInline(grantee: IGrantable): Grant;
  /** Lets a caller upload to the staging prefix, or sign such uploads for others. */
  grantStaging(grantee: IGrantable): Grant;
  /** Lets a caller wait for runs that others have started. */
  grantWait(grantee: IGrantable): Grant;
  /** Lets an app read items and their objects, by key, query and scan, or sign URLs of those for others. */
  grantRead(grantee: IGrantable): Grant;
  /** Lets an operator list and show runs, replay and stop them, and look at their items: the command line, the console. */
  grantOperate(grantee: IGrantable): Grant;
  /** Lets someone compare the whole table with the bucket, without writing: `twinwrite fsck`. */
  grantCheck(grantee: IGrantable): Grant;
  /**
   * Lets an app find the store: in its parameter if it has one, else in the outputs of its stack. Apart from the other
   * grants, since an app that gets the description with its deployment needs neither.
   * @throws {Error} when the store has neither
   */
  grantDiscovery(grantee: IGrantable): Grant;
  /**
   * Lets someone sweep by hand: start a sweep, watch it, read its report.
   * @throws {Error} when the store has no sweep, being imported from before there was one
   */
  grantSweep(grantee: IGrantable): Grant;
}

interface Known {
  readonly granting: Granting;
  readonly discovery: Discovery;
}

const known = new WeakMap<GrantedStore, Known>();

/** Tells a store, once its parts are there, what its grants are about. */
export function setGranting(store: GrantedStore, granting: Granting, discovery: Discovery): void {
  known.set(store, { granting, discovery });
}

/** The grants, whose documentation is that of {@link ILargeItemStore}. */
export abstract class GrantedStore extends Construct implements ILargeItemStore {
  abstract readonly table: ITable;
  abstract readonly bucket: IBucket;
  abstract readonly descriptor: string;

  /** {@inheritDoc ILargeItemStore.grantWrite} */
  grantWrite(grantee: IGrantable): Grant {
    return combined([this.grantWriteInline(grantee), this.grantStaging(grantee)]);
  }

  /** {@inheritDoc ILargeItemStore.grantWriteInline} */
  grantWriteInline(grantee: IGrantable): Grant {
    return grantRuns(knownOf(this).granting, grantee);
  }

  /** {@inheritDoc ILargeItemStore.grantStaging} */
  grantStaging(grantee: IGrantable): Grant {
    return grantStaging(knownOf(this).granting, grantee);
  }

  /** {@inheritDoc ILargeItemStore.grantWait} */
  grantWait(grantee: IGrantable): Grant {
    return grantWait(knownOf(this).granting, grantee);
  }

  /** {@inheritDoc ILargeItemStore.grantRead} */
  grantRead(grantee: IGrantable): Grant {
    return grantRead(knownOf(this).granting, grantee);
  }

  /** {@inheritDoc ILargeItemStore.grantOperate} */
  grantOperate(grantee: IGrantable): Grant {
    return grantOperate(knownOf(this).granting, grantee);
  }

  /** {@inheritDoc ILargeItemStore.grantCheck} */
  grantCheck(grantee: IGrantable): Grant {
    return grantCheck(knownOf(this).granting, grantee);
  }

  /** {@inheritDoc ILargeItemStore.grantDiscovery} */
  grantDiscovery(grantee: IGrantable): Grant {
    return grantDiscovery(this, knownOf(this).discovery, grantee);
  }

  /** {@inheritDoc ILargeItemStore.grantSweep} */
  grantSweep(grantee: IGrantable): Grant {
    const { sweep } = knownOf(this).granting;
    if (sweep === undefined) {
      throw new Error('LargeItemStore: grantSweep: the descriptor names no sweep: it is of an older version');
    }
    return grantSweep(sweep, grantee);
  }
}

function knownOf(store: GrantedStore): Known {
  const found = known.get(store);
  if (found === undefined) throw new Error(`${store.node.path}: nothing can be granted before it is made`);
  return found;
}
