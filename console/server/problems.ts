// What a call answers when it fails: a status, a stable name, a sentence.

import type { ApiProblem } from '../api.ts';

export interface Answer {
  readonly status: number;
  readonly problem: ApiProblem;
}

/** A call that makes no sense. */
export class BadCall extends Error {
  override readonly name = 'BadCall';
}

/** What this server says of itself: a sentence that needs no explanation. */
const OWN = /^(?:BadCall|ListingGone|PreviewGone)$/;

/** By the names of errors, outermost first; what is in none of these is a failure of AWS's or of ours. */
const KNOWN: readonly (readonly [names: RegExp, status: number, error: string])[] = [
  [/^BadCall$/, 400, 'BadCall'],
  [/^InvalidInput$/, 400, 'InvalidKey'],
  [/^InvalidRun$/, 400, 'InvalidRun'],
  [/^(?:RunNotFound|NotOfThisStore|ExecutionDoesNotExist)$/, 404, 'RunNotFound'],
  [/^ReplayRefused$/, 409, 'ReplayRefused'],
  [/^NotRunning$/, 409, 'NotRunning'],
  [/^ListingGone$/, 410, 'ListingGone'],
  [/^PreviewGone$/, 410, 'PreviewGone'],
  [/^LogsUnreadable$/, 502, 'LogsUnreadable'],
  [/Throttl|TooManyRequests|SlowDown|RequestLimit/, 429, 'Throttled'],
  [/AccessDenied|UnauthorizedOperation/, 403, 'AccessDenied'],
  [
    /CredentialsProvider|ExpiredToken|UnrecognizedClient|InvalidClientToken|SignatureDoesNotMatch/,
    503,
    'NoCredentials',
  ],
];

const UNREACHABLE = /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT)/;

/** @param explain - one line for an error of AWS or of the system */
export function answerTo(error: unknown, explain: (error: unknown) => string): Answer {
  for (const cause of causes(error)) {
    const found = KNOWN.find(([names]) => names.test(cause.name));
    if (found) {
      const message = OWN.test(cause.name) ? cause.message : explain(error);
      return { status: found[1], problem: { error: found[2], message } };
    }
    if (UNREACHABLE.test(cause.code ?? '')) {
      return { status: 502, problem: { error: 'Unreachable', message: explain(error) } };
    }
  }
  return { status: 502, problem: { error: 'Failed', message: explain(error) } };
}

/** The error, and those that it wraps. */
function* causes(error: unknown): Generator<Error & { readonly code?: string }> {
  let current = error;
  while (current instanceof Error) {
    yield current;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
}
