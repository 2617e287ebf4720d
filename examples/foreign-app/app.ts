// What `cdk --app` runs.

import { App } from 'aws-cdk-lib';
import { OrderIntakeStack } from './stack.ts';

new OrderIntakeStack(new App(), 'OrderIntake');
