// The keys, all in one place.

import { Dialog } from '../parts/dialog.tsx';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'Search for an item or a run'],
  [['↓', 'j'], 'Next run in the list'],
  [['↑', 'k'], 'Previous run'],
  [['Home', 'End'], 'First run, last run that was read'],
  [['Enter'], 'Open the run'],
  [['Esc'], 'Close the dialog; back to the list'],
  [['g'], 'All runs'],
  [['?'], 'This help'],
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="dialog-body shortcuts">
        {KEYS.map(([keys, what]) => (
          <div key={what} className="shortcut">
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
