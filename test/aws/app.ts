// What a trial deploys: a store, and the role of the machines with which assumptions are settled. All of it can be deleted.

import { RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { App, ArnFormat, CfnOutput } from 'aws-cdk-lib/core';
import { LargeItemStack } from '../../lib/index.ts';

/** The machines that the trial makes are called so; the role may start and describe executions of these alone. */
export const PROBES = 'twinwrite-probe-';

export function trialApp(name: string, outdir?: string): App {
  const app = new App({ ...(outdir !== undefined && { outdir }), analyticsReporting: false });
  const stack = new LargeItemStack(app, name, {
    // The trial empties the bucket itself: what would do so here is a function more, with rights of its own.
    store: { cleanUpForeignDeletes: true, removalPolicy: RemovalPolicy.DESTROY },
  });
  const { bucket } = stack.store;
  const role = new Role(stack, 'Probe', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
  bucket.grantRead(role);
  bucket.grantPut(role, 'probes/*');
  role.addToPrincipalPolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['states:StartExecution', 'states:DescribeExecution', 'states:RedriveExecution'],
      resources: ['stateMachine', 'execution'].map((kind) =>
        stack.formatArn({
          service: 'states',
          resource: kind,
          resourceName: `${PROBES}*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ),
    }),
  );
  new CfnOutput(stack, 'ProbeRole', { value: role.roleArn });
  return app;
}

if (process.argv[1] === import.meta.filename) trialApp(process.env.TRIAL_STACK ?? 'TwinwriteTrial').synth();
