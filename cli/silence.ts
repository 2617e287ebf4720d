// Says what a command waits for when AWS, or what stands in its place, does not answer.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** Milliseconds without a byte after which a person wonders. */
const SILENCE_MS = 5000;
const LOOK_EVERY_MS = 1000;

interface Waiting {
  /** Bytes that had gone either way at the last look. */
  bytes: number;
  /** Milliseconds that they have not grown. */
  silentMs: number;
  isTold: boolean;
}

/**
 * From now on writes a line for each request that nothing moves for five seconds: whom it asks, and for what.
 * @returns stops it
 */
export function tellOfSilence(tell: (line: string) => void): () => void {
  const waiting = new Map<ClientRequest, Waiting>();
  const started = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    waiting.set(request, { bytes: 0, silentMs: 0, isTold: false });
    request.once('close', () => waiting.delete(request));
  };
  subscribe('http.client.request.start', started);
  const timer = setInterval(() => {
    for (const [request, state] of waiting) {
      const bytes = (request.socket?.bytesWritten ?? 0) + (request.socket?.bytesRead ?? 0);
      const isSilent = bytes === state.bytes;
      Object.assign(state, { bytes, silentMs: isSilent ? state.silentMs + LOOK_EVERY_MS : 0 });
      if (state.silentMs < SILENCE_MS || state.isTold) continue;
      state.isTold = true;
      tell(`waiting for ${request.getHeader('host') ?? request.host} to answer ${askedFor(request)}`);
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    unsubscribe('http.client.request.start', started);
  };
}

/** `DynamoDB GetItem`, or the request line of what has no operation in its headers. */
function askedFor(request: ClientRequest): string {
  const target = request.getHeader('x-amz-target');
  if (typeof target !== 'string') return `${request.method} ${request.path.split('?')[0]}`;
  const [service = '', operation = ''] = target.split('.');
  return `${service.replace(/^(?:AWS|Amazon)|_\d+$/g, '')} ${operation}`;
}
