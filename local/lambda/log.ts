// The newest lines that a function wrote.

export interface FunctionLog {
  /** Adds text; lines may come in pieces. */
  write(text: string): void;
  lines(): readonly string[];
  /** The last 4 KB since an invocation's START line, in base64: what `LogType: Tail` answers. */
  tail(requestId: string): string;
}

const KEPT_LINES = 1000;
const TAIL_BYTES = 4096;

export function createLog(onLine: (line: string) => void): FunctionLog {
  const lines: string[] = [];
  let partial = '';
  return {
    write(text) {
      const parts = (partial + text).split('\n');
      partial = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        onLine(line);
      }
      lines.splice(0, Math.max(0, lines.length - KEPT_LINES));
    },
    lines: () => (partial === '' ? [...lines] : [...lines, partial]),
    tail(requestId) {
      const start = lines.findLastIndex((line) => line.startsWith(`START RequestId: ${requestId}`));
      const text = lines.slice(Math.max(start, 0)).join('\n');
      return Buffer.from(text).subarray(-TAIL_BYTES).toString('base64');
    },
  };
}
