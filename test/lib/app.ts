// Apps whose templates alone are looked at.

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LargeItemStore, type LargeItemStoreProps } from '../../lib/index.ts';

/** An app that neither copies its assets nor reports what it is made of. */
export function templateApp(context: Readonly<Record<string, unknown>> = {}): App {
  return new App({
    analyticsReporting: false,
    context: { 'aws:cdk:disable-asset-staging': true, ...context },
  });
}

/** A store `Docs` in a stack `Test`. */
export function makeStore(props: (stack: Stack) => LargeItemStoreProps = () => ({})) {
  const stack = new Stack(templateApp(), 'Test');
  const store = new LargeItemStore(stack, 'Docs', props(stack));
  return { stack, store, template: () => Template.fromStack(stack) };
}

/** The template of a store `Docs` in a stack `Test`. */
export function templateOf(props?: (stack: Stack) => LargeItemStoreProps): Template {
  return makeStore(props).template();
}
