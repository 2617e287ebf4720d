// The calls of a local cloud: which there were, whether one is under way, and the executions that they started.

import * as z from 'zod';
import type { ObservedCall } from '../../local/index.ts';

const SERVICES: ReadonlySet<string> = new Set(['s3', 'dynamodb', 'lambda']);
const startSchema = z.looseObject({ stateMachineArn: z.string(), name: z.string().optional() });

/** Calls of S3, DynamoDB and Lambda, and starts of executions. */
export class Calls {
  readonly all: ObservedCall[] = [];
  readonly #underWay = new Map<ObservedCall, number>();
  readonly #synchronous = new Map<ObservedCall, string>();
  readonly #started = new Set<string>();
  readonly #longestMs: number;

  /** @param longestMs - the longest that a call takes, in real milliseconds */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  begin(call: ObservedCall): void {
    const { service, operation } = call;
    const isStart = service === 'states' && /^Start(?:Sync)?Execution$/.test(operation);
    if (!SERVICES.has(service) && !isStart) return;
    this.all.push(call);
    if (operation === 'StartSyncExecution') {
      this.#synchronous.set(call, arnOf(call, ':express:') ?? '');
      void call.ended.then(() => this.#synchronous.delete(call));
      return;
    }
    if (isStart) this.#started.add(arnOf(call, ':execution:') ?? '');
    this.#underWay.set(call, performance.now());
    void call.ended.then(() => this.#underWay.delete(call));
  }

  /** ARNs, without the ids that their answers alone tell, of the Express runs whose callers wait. */
  get synchronous(): readonly string[] {
    return [...this.#synchronous.values()];
  }

  /** ARNs of Standard executions that were to be started by name since the last time. */
  takeStarted(): string[] {
    const started = [...this.#started].filter((arn) => arn !== '');
    this.#started.clear();
    return started;
  }

  /** Resolves when no call is under way, and none has begun for a while. */
  async rest(quietMs: number): Promise<void> {
    for (let seen = -1, since = 0; ; ) {
      const now = performance.now();
      for (const [call, begun] of this.#underWay) {
        if (now - begun > this.#longestMs) this.#underWay.delete(call);
      }
      if (this.#underWay.size > 0 || this.all.length !== seen) {
        seen = this.all.length;
        since = now;
      } else if (now - since >= quietMs) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

function arnOf({ subject }: ObservedCall, kind: ':express:' | ':execution:'): string | undefined {
  const { stateMachineArn, name } = startSchema.parse(JSON.parse(subject));
  return name === undefined ? undefined : `${stateMachineArn.replace(':stateMachine:', kind)}:${name}`;
}
