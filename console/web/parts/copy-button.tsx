// Copies a text, and says that it has.

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setIsCopied(true),
      () => undefined, // the browser does not allow it: the text can still be selected
    );
  };
  const label = isCopied ? `Copied ${what}` : `Copy ${what}`;
  return (
    <button type="button" className="icon-button small" onClick={copy} aria-label={label} title={label}>
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </button>
  );
}
