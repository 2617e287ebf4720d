import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { columns, cut } from '../../../audit/drawing/text.ts';
import { formatDuration, renderTree } from '../../../audit/drawing/tree.ts';
import { runTree } from '../../../audit/history/history.ts';
import { history, ROLLED_BACK } from '../histories.ts';

describe('renderTree', () => {
  it('draws a rolled-back run with its compensations marked', () => {
    expect(renderTree(runTree(ROLLED_BACK), { title: 'create-42', width: 60 })).toEqual([
      '✗ create-42  FAILED                                    2.8 s',
      '├─ ✓ Plan                                             400 ms',
      '├─ ✓ PutObjects                                        1.0 s',
      '│  └─ ✓ PutObject  [page]                             400 ms',
      '├─ ! WriteItem                                        400 ms',
      '│    WriteRefused: DynamoDB refuses: not allowed',
      '├─ ✓ ↩ DeleteCreatedObjects  COMPENSATION             400 ms',
      '└─ ✗ RolledBack',
      '     RolledBack.WriteRefused: DynamoDB refuses: not allowed',
    ]);
  });

  it('says the same with colours as without', () => {
    const tree = runTree(ROLLED_BACK);
    const colored = renderTree(tree, { color: true });

    expect(colored.join()).toContain('\u001b[');
    expect(colored.map(stripVTControlCharacters)).toEqual(renderTree(tree));
  });

  it('shows retries once per reason, with how often', () => {
    const failed = [
      'TaskFailed',
      { error: 'WriteInDoubt', cause: '{"errorMessage":"answered 500"}' },
    ] as const;
    const lines = renderTree(
      runTree(
        history(
          ['ExecutionStarted', 0],
          ['TaskStateEntered', 0, { name: 'WriteItem' }],
          ['TaskScheduled', 2],
          [failed[0], 3, failed[1]],
          ['TaskScheduled', 4],
          [failed[0], 5, failed[1]],
          ['TaskScheduled', 6],
        ),
      ),
    );

    expect(lines[1]).toMatch(/^└─ … WriteItem/);
    expect(lines[2]).toBe('     ↻ retried 2 times after WriteInDoubt: answered 500');
  });

  it('cuts long names and causes with an ellipsis, and never exceeds the width', () => {
    const lines = renderTree(
      runTree(
        history(
          ['ExecutionStarted', 0],
          ['TaskStateEntered', 0, { name: 'A'.repeat(80) }],
          ['TaskScheduled', 2],
          ['TaskFailed', 3, { error: 'Broken', cause: '失敗\u001b[2J\n'.repeat(60) }],
          ['ExecutionFailed', 4, { error: 'Broken', cause: '' }],
        ),
      ),
      { width: 50, title: 'x'.repeat(70) },
    );

    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toContain('…');
      expect(columns(line)).toBeLessThanOrEqual(50);
      expect(line).not.toMatch(/\p{Cc}/u);
    }
  });
});

describe('cut', () => {
  it.each([
    ['fits', 4, 'fits'],
    ['too long', 5, 'too…'],
    ['日本語', 5, '日本…'],
    ['👩‍👩‍👧 family', 4, '👩‍👩‍👧…'],
    ['two\nlines', 20, 'two lines'],
  ])('shows %j in %i columns as %j', (text, width, shown) => {
    expect(cut(text, width)).toBe(shown);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_990, '59.9 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
