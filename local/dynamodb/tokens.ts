// Client request tokens: a transaction that succeeded is answered again, not applied again, for ten minutes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html (ClientRequestToken)

import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../service.ts';

const VALIDITY_MS = 10 * 60 * 1000;

interface Use {
  readonly parameters: string;
  /** Clock time at which the transaction was completed; `undefined` while it is in progress. */
  completedMs?: number;
}

export class RequestTokens {
  readonly #clock: Clock;
  /** Completed uses stand in the order of their completion. */
  readonly #uses = new Map<string, Use>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs `transaction` unless this token's earlier run with the same parameters has succeeded within ten minutes.
   * A run that fails leaves its token as if it had not been used.
   * @returns the transaction's result, or `undefined` when it was not run again
   * @throws {ServiceError} IdempotentParameterMismatchException, TransactionInProgressException
   */
  async once<T>(token: string, parameters: unknown, transaction: () => Promise<T>): Promise<T | undefined> {
    this.#forgetExpired();
    const use: Use = { parameters: fingerprint(parameters) };
    const earlier = this.#uses.get(token);
    if (earlier) {
      refuseUnlessRepeated(earlier, use);
      return undefined;
    }
    this.#uses.set(token, use);
    try {
      const result = await transaction();
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

  #forgetExpired(): void {
    const oldest = this.#clock.now() - VALIDITY_MS;
    for (const [token, { completedMs }] of this.#uses) {
      if (completedMs === undefined) continue;
      if (completedMs > oldest) return;
      this.#uses.delete(token);
    }
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
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}
