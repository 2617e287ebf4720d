// The sentence for a person within an error's cause, however deep services have wrapped it.

/**
 * The message of a cause: of a saga (`{"message", ...}`), of a Lambda function (`{"errorMessage", ...}`, which may hold
 * the former as text), or the cause itself when it is plain text.
 */
export function causeMessage(cause: string): string {
  const parsed = parseObject(cause);
  if (parsed === undefined) return cause;
  const { message, errorMessage, detail } = parsed;
  if (typeof errorMessage === 'string') return causeMessage(errorMessage);
  if (typeof message !== 'string') return cause;
  return typeof detail === 'string' && detail !== '' ? `${message}: ${causeMessage(detail)}` : message;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // plain text that only begins like JSON
  }
}
