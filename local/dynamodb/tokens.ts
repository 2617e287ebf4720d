// Client request tokens: a transaction that succeeded is answered again, not applied again, for ten minutes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html (ClientRequestToken)

import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../service.ts';
import type { BatchOperation, Store } from './dynalite.ts';
import { entriesBeside } from './storage.ts';

const VALIDITY_MS = 10 * 60 * 1000;
const KEY_PREFIX = 'token~';

interface Use {
  readonly parameters: string;
  /** Clock time at which the transaction was completed; `undefined` while it is in progress. */
  completedMs?: number;
}

export class RequestTokens {
  readonly #clock: Clock;
  /** Completed uses stand in the order of their completion. */
  readonly #uses = new Map<string, Use>();
  /** Whether the store outlives this process. */
  #isKept = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes up the uses that an earlier process left in the store, and leaves its own there from now on. */
  async load(store: Store): Promise<void> {
    this.#isKept = true;
    const uses: [string, Required<Use>][] = [];
    for await (const [token, use] of entriesBeside(store, KEY_PREFIX)) {
      uses.push([token, use as Required<Use>]);
    }
    for (const [token, use] of uses.sort(([, a], [, b]) => a.completedMs - b.completedMs)) {
      this.#uses.set(token, use);
    }
  }

  /**
   * Runs `transaction` unless this token's earlier run with the same parameters has succeeded within ten minutes.
   * A run that fails leaves its token as if it had not been used.
   * @param transaction - applies what it is given in one step with its changes: a process that is killed keeps both, or neither
   * @returns the transaction's result, or `undefined` when it was not run again
   * @throws {ServiceError} IdempotentParameterMismatchException, TransactionInProgressException
   */
  async once<T>(
    token: string,
    parameters: unknown,
    transaction: (beside: readonly BatchOperation[]) => Promise<T>,
  ): Promise<T | undefined> {
    const forgotten = this.#forgetExpired();
    const use: Use = { parameters: fingerprint(parameters) };
    const earlier = this.#uses.get(token);
    if (earlier) {
      refuseUnlessRepeated(earlier, use);
      return undefined;
    }
    this.#uses.set(token, use);
    try {
      const completed = { ...use, completedMs: this.#clock.now() };
      const kept: BatchOperation[] = [
        ...forgotten.map((name) => ({ type: 'del' as const, key: KEY_PREFIX + name })),
        { type: 'put', key: KEY_PREFIX + token, value: completed },
      ];
      const result = await transaction(this.#isKept ? kept : []);
      this.#complete(token, use);
      return result;
    } catch (error) {
      this.#uses.delete(token);
      throw error;
    }
  }

  #complete(token: string, use: Use): void {
    use.completedMs = this.#clock.now();
    this.#uses.delete(token);
    this.#uses.set(token, use);
  }

  /** @returns the tokens that were forgotten */
  #forgetExpired(): string[] {
    const oldest = this.#clock.now() - VALIDITY_MS;
    const forgotten: string[] = [];
    for (const [token, { completedMs }] of this.#uses) {
      if (completedMs === undefined) continue;
      if (completedMs > oldest) break;
      this.#uses.delete(token);
      forgotten.push(token);
    }
    return forgotten;
  }
}

function refuseUnlessRepeated(earlier: Use, use: Use): void {
  if (earlier.parameters !== use.parameters) {
    throw new ServiceError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request',
    );
  }
  if (earlier.completedMs === undefined) {
    throw new ServiceError(
      'TransactionInProgressException',
      'The transaction with the given request token is already in progress.',
    );
  }
}

/** Equal for parameters that are the same JSON, in whatever order their members stand. */
function fingerprint(parameters: unknown): string {
  return createHash('sha256').update(canonical(parameters)).digest('base64');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const member = canonical((value as Record<string, unknown>)[name]);
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${member}`;
  }
  return `{${members}}`;
}
