// A reader of bytes as the stream that callers get.

import { shareSignal } from '../platform/platform.ts';
import type { ByteReader } from '../platform/types.ts';

/** Reads only when the stream is read; `cancel()`, a failure and the signal close the reader. */
export function webStream(reader: ByteReader, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  let abort: (() => void) | undefined;
  const stop = (): void => {
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
    reader.close();
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        abort = () => {
          stop();
          controller.error(signal?.reason);
        };
        if (signal === undefined) return;
        if (signal.aborted) return abort();
        shareSignal(signal);
        signal.addEventListener('abort', abort, { once: true });
      },
      pull: async (controller) => {
        try {
          const chunk = await reader.read();
          if (chunk !== undefined) return controller.enqueue(chunk);
          stop();
          controller.close();
        } catch (error) {
          stop();
          throw error;
        }
      },
      cancel: stop,
    },
    // Nothing is read ahead: what waits, waits in the connection.
    { highWaterMark: 0 },
  );
}
