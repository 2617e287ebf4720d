// Answers in AWS JSON, the protocol that most services speak.

import type { LocalResponse } from './service.ts';

export function jsonAnswer(
  version: '1.0' | '1.1',
  status: number,
  members: object,
  headers: Readonly<Record<string, string>> = {},
): LocalResponse {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}`, ...headers },
    body: JSON.stringify(members),
  };
}
