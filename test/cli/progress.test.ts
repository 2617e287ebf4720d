import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { progressLine } from '../../cli/text/progress.ts';

type AnyProgress = Parameters<ReturnType<typeof progressLine>['update']>[0];

const ARN = 'arn:aws:states:us-east-1:000000000000:execution:sm:create-42';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

function terminal(isTTY: boolean) {
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _, done) => {
      written.push(chunk);
      done();
    },
  });
  return { output: Object.assign(stream, { isTTY, columns: 40 }), written };
}

it('shows what a long write does, on one line that is erased at the end', () => {
  const { output, written } = terminal(true);
  const line = progressLine(output);

  line.update({ phase: 'uploading', attribute: 'picture', bytes: 512, total: 2048 });
  vi.advanceTimersByTime(701);
  const later: AnyProgress[] = [
    { phase: 'uploading', attribute: 'picture', bytes: 3 * 1024 ** 2, total: undefined },
    { phase: 'waiting', executionArn: ARN },
    { phase: 'waiting', executionArn: ARN },
    { phase: 'downloading', attribute: 'picture', bytes: 1024, total: 2048 },
  ];
  for (const progress of later) {
    vi.advanceTimersByTime(81);
    line.update(progress);
  }
  line.update({ phase: 'downloading', attribute: 'picture', bytes: 1100, total: 2048 }); // too soon to be drawn
  line.end();

  expect(written).toEqual([
    '\r\u001b[Kuploading picture: 512 B (25 %)',
    '\r\u001b[Kuploading picture: 3.0 MB',
    '\r\u001b[Kwaiting for create-42',
    '\r\u001b[Kdownloading picture: 1.0 KB (50 %)',
    '\r\u001b[K',
  ]);
});

it('shows nothing for a write that ends soon', () => {
  const { output, written } = terminal(true);
  const line = progressLine(output);

  line.update({ phase: 'waiting', executionArn: ARN });
  line.end();
  vi.advanceTimersByTime(10_000);

  expect(written).toEqual([]);
});

it('writes nothing but to a terminal', () => {
  const { output, written } = terminal(false);
  const line = progressLine(output);

  vi.advanceTimersByTime(10_000);
  line.update({ phase: 'waiting', executionArn: ARN });
  line.end();

  expect(written).toEqual([]);
});
