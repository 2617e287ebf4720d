// JSON as a tree that can be read: what is deep, long or large is folded until somebody asks. Text stays text.

import { ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { formatCount } from '../format.ts';

const OPEN_DEPTH = 3;
const LONG_TEXT = 240;
const MANY = 50;

export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="json mono" aria-label={label} tabIndex={0}>
      <Value value={value} depth={0} />
    </section>
  );
}

interface ValueProps {
  readonly value: unknown;
  readonly depth: number;
  readonly name?: string;
}

function Value({ value, depth, name }: ValueProps): ReactNode {
  if (typeof value === 'object' && value !== null) {
    return <Members value={value} depth={depth} {...(name !== undefined && { name })} />;
  }
  return (
    <div className="json-line">
      <Name name={name} />
      <Scalar value={value} />
    </div>
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : (
    <>
      <span className="json-name">{name}</span>
      <span className="json-mark">: </span>
    </>
  );
}

function Members({ value, depth, name }: ValueProps & { value: object }) {
  const [isOpen, setIsOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(MANY);
  const isArray = Array.isArray(value);
  const members = Object.entries(value);
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) {
    return (
      <div className="json-line">
        <Name name={name} />
        <span className="json-mark">
          {open}
          {close}
        </span>
      </div>
    );
  }
  const [only] = members;
  if (members.length === 1 && only && !isArray && !isFolded(only[1])) {
    return (
      <div className="json-line">
        <Name name={name} />
        <span className="json-mark">{'{ '}</span>
        <Name name={only[0]} />
        <Scalar value={only[1]} />
        <span className="json-mark">{' }'}</span>
      </div>
    );
  }
  const count = `${formatCount(members.length)} ${isArray ? 'element' : 'member'}${members.length === 1 ? '' : 's'}`;
  return (
    <div>
      <div className="json-line">
        <button
          type="button"
          className="json-fold"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          aria-label={`${name ?? 'value'}: ${count}`}
        >
          <ChevronRight aria-hidden />
        </button>
        <Name name={name} />
        <span className="json-mark">
          {open}
          {!isOpen && <span className="json-count"> {count} </span>}
          {!isOpen && close}
        </span>
      </div>
      {isOpen && (
        <div className="json-members">
          {members.slice(0, shown).map(([member, each]) => (
            <Value key={member} value={each} depth={depth + 1} name={member} />
          ))}
          {members.length > shown && (
            <button type="button" className="json-more" onClick={() => setShown(shown + MANY * 10)}>
              {formatCount(members.length - shown)} more
            </button>
          )}
        </div>
      )}
      {isOpen && <div className="json-line json-mark">{close}</div>}
    </div>
  );
}

function isFolded(value: unknown): boolean {
  return (
    (typeof value === 'object' && value !== null) || (typeof value === 'string' && value.length > LONG_TEXT)
  );
}

function Scalar({ value }: { value: unknown }) {
  const [isWhole, setIsWhole] = useState(false);
  if (typeof value !== 'string') return <span className="json-scalar">{String(value)}</span>;
  if (value.length <= LONG_TEXT) return <span className="json-text">{JSON.stringify(value)}</span>;
  const shown = isWhole ? value : value.slice(0, LONG_TEXT);
  return (
    <span className="json-text">
      {JSON.stringify(shown)}
      <button type="button" className="json-more" onClick={() => setIsWhole(!isWhole)}>
        {isWhole ? 'fold' : `${formatCount(value.length - LONG_TEXT)} more characters`}
      </button>
    </span>
  );
}
