// The vectors: what they look like, and reading them.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FlatEvent } from '../../local-states/events.ts';

export type TaskAnswer = {
  readonly result?: unknown;
  readonly payload?: unknown;
  readonly error?: string;
  readonly cause?: string;
  readonly timeout?: true;
};

export interface ExecutionVector {
  readonly kind: 'execution';
  readonly name: string;
  readonly definition: unknown;
  readonly input: unknown;
  readonly tasks?: Readonly<Record<string, readonly TaskAnswer[]>>;
  /** The states whose answers are given, one a call, whichever state calls. */
  readonly taskOrder?: readonly string[];
  readonly expect: {
    readonly status: string;
    readonly output?: unknown;
    readonly error?: string;
    readonly cause?: string;
    readonly compare?: 'subset' | readonly string[];
    readonly unrecordedEventIds?: readonly number[];
    readonly events: readonly FlatEvent[];
  };
}

export interface ApiStep {
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly expect?: {
    readonly result?: Record<string, unknown>;
    readonly error?: string;
    readonly message?: string;
    readonly messageStart?: string;
    readonly messageEnd?: string;
    readonly present?: readonly string[];
    readonly absent?: readonly string[];
  };
}

export interface ApiVector {
  readonly kind: 'api';
  readonly name: string;
  readonly definition?: unknown;
  readonly steps: readonly ApiStep[];
}

export type Vector = ExecutionVector | ApiVector;

const DIRECTORY = fileURLToPath(new URL('./vectors/', import.meta.url));

export function readVectors(): Vector[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(`${DIRECTORY}${file}`, 'utf8')) as Vector);
}
