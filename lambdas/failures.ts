// What an AWS call threw.

/** Status and code of whatever an AWS call threw; no status when no answer came. */
export function failureOf(error: unknown): { readonly code: string; readonly status: number | undefined } {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return { code: name ?? 'Unknown', status: $metadata?.httpStatusCode };
}
