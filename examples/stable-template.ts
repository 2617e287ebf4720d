// The template of a stack for an app's own snapshot test, without what each release of Twinwrite changes.

import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

/** Assets, the code of functions and the definitions of state machines, stand for themselves: not for a hash of what they hold. */
export function stableTemplate(stack: Stack): unknown {
  const text = JSON.stringify(Template.fromStack(stack).toJSON());
  return JSON.parse(text.replaceAll(/[0-9a-f]{64}(?=\.(?:zip|json)\b)/g, 'ASSET'));
}
