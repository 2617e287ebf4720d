// A store with alarms on a local cloud whose time only a test moves, and which of its alarms are on.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { LargeItemStore, type LargeItemStoreProps } from '../../lib/index.ts';
import type { MetricName } from '../../local/index.ts';
import { Stage } from '../e2e/one-item.ts';

const DAY = 24 * 60 * 60;

/** A stage for the tests of a file: each begins two days later, when every alarm of the one before is over. */
export class Watched extends Stage {
  /** The alarms that are on, by their sections of the runbook, sorted. */
  alarms(): string[] {
    return this.store.cloud.monitoring
      .alarms()
      .filter(({ state }) => state === 'ALARM')
      .map(({ description }) => /#([a-z-]+)$/.exec(description ?? '')?.[1] ?? '')
      .toSorted();
  }

  /** Of all metrics of this name, since the cloud began. */
  count(name: string): number {
    const { monitoring } = this.store.cloud;
    const ofName = (metric: MetricName): boolean => metric.name === name;
    return monitoring
      .metrics()
      .filter(ofName)
      .reduce((sum, metric) => sum + monitoring.sum(metric), 0);
  }

  /** Resolves once a metric of this name has this many values more. */
  async measured(name: string, values = 1, meanwhile: () => void = () => undefined): Promise<void> {
    const before = this.#values(name);
    await vi.waitUntil(
      () => {
        meanwhile();
        return this.#values(name) >= before + values;
      },
      { timeout: 60_000, interval: 10 },
    );
  }

  #values(name: string): number {
    const found = this.store.cloud.monitoring.metrics().filter((metric) => metric.name === name);
    return found.reduce((sum, { points }) => sum + points.length, 0);
  }
}

/** @param startsSweeps - whether the schedule does what it says, or leaves it to the test */
export function useWatched(props: LargeItemStoreProps, { startsSweeps = false } = {}): Watched {
  const stage = new Watched();
  let assembly = '';
  beforeAll(async () => {
    assembly = await mkdtemp(join(tmpdir(), 'twinwrite-alarms-'));
    const app = new App({
      outdir: assembly,
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
    });
    const stack = new Stack(app, 'Twinwrite');
    const alarms = { topic: new Topic(stack, 'Topic') };
    const { node } = new LargeItemStore(stack, 'Docs', { ...props, alarms });
    for (const made of startsSweeps ? [] : node.findAll()) {
      if (made instanceof CfnSchedule) made.state = 'DISABLED';
    }
    app.synth();
    await stage.open({ assembly });
  });
  beforeEach(() => {
    stage.reset();
    stage.store.pass(2 * DAY);
  });
  afterAll(async () => {
    await stage.close();
    await rm(assembly, { recursive: true });
  });
  return stage;
}
