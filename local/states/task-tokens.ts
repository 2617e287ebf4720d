// Task tokens: a task that waits for a callback goes on when somebody sends its token back.

import { randomBytes } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { TaskError } from './integrations/integration.ts';
import type { Json } from './json.ts';

interface Waiting {
  succeed(output: Json): void;
  fail(error: TaskError): void;
  beat(): void;
}

const TOKEN_BYTES = 96;

/** The tokens of the tasks that wait now. A token is known until its task is over, and cannot be used twice. */
export class TaskTokens {
  readonly #waiting = new Map<string, Waiting>();

  create(): string {
    return randomBytes(TOKEN_BYTES).toString('base64url');
  }

  /**
   * Lets a token be used from now on.
   * @param beat - called with each heartbeat
   * @returns what the callback brings, and a function that ends the token
   */
  open(token: string, beat: () => void): { readonly result: Promise<Json>; close(): void } {
    const result = new Promise<Json>((succeed, fail) => {
      this.#waiting.set(token, { succeed, fail, beat });
    });
    // Nobody may be waiting for it any more when it fails.
    result.catch(() => undefined);
    return { result, close: () => void this.#waiting.delete(token) };
  }

  /** @throws {ServiceError} TaskTimedOut */
  succeed(token: string, output: Json): void {
    this.#take(token).succeed(output);
  }

  /** @throws {ServiceError} TaskTimedOut */
  fail(token: string, error: string, cause: string): void {
    this.#take(token).fail(new TaskError(error, cause));
  }

  /** @throws {ServiceError} TaskTimedOut */
  beat(token: string): void {
    this.#find(token).beat();
  }

  #take(token: string): Waiting {
    const waiting = this.#find(token);
    this.#waiting.delete(token);
    return waiting;
  }

  #find(token: string): Waiting {
    const waiting = this.#waiting.get(token);
    if (waiting) return waiting;
    throw new ServiceError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
}
