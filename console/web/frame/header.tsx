// The bar at the top: what the console is looking at, search, theme, help.

import { Keyboard, Monitor, Moon, Sun } from 'lucide-react';
import { Link } from '../parts/link.tsx';
import { useSession } from '../session.ts';
import { THEMES, type Theme, useTheme } from '../theme.ts';
import { HelpDialog } from './help-dialog.tsx';
import { Search } from './search.tsx';
import type { Help } from './use-shortcuts.ts';

export function Header({ help, search }: { help: Help; search: URLSearchParams }) {
  const { store, endpoint } = useSession();
  return (
    <header className="header">
      <Link to="/" className="brand" aria-label="Twinwrite: all runs">
        <Mark />
        <span>Twinwrite</span>
      </Link>
      <div className="store" title={`Table ${store.table}, bucket ${store.bucket}`}>
        <span>{store.table}</span>
        <span className="tag">{store.region}</span>
        {endpoint !== undefined && <span className="tag">{endpoint.replace(/^https?:\/\//, '')}</span>}
      </div>
      <Search search={search} />
      <div className="tools">
        <ThemeSwitch />
        <button
          type="button"
          className="icon-button"
          onClick={help.open}
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
        >
          <Keyboard aria-hidden />
        </button>
      </div>
      {help.isOpen && <HelpDialog onClose={help.close} />}
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="2" width="19" height="19" rx="5" fill="#2563eb" />
      <rect
        x="11"
        y="11"
        width="19"
        height="19"
        rx="5"
        fill="#0d9488"
        stroke="var(--surface)"
        strokeWidth="2.5"
      />
    </svg>
  );
}

const THEME_LOOKS = {
  system: { Icon: Monitor, label: 'as the system' },
  light: { Icon: Sun, label: 'light' },
  dark: { Icon: Moon, label: 'dark' },
} as const satisfies Record<Theme, unknown>;

function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  const { Icon, label } = THEME_LOOKS[theme];
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] as Theme;
  const text = `Theme: ${label}. Change to ${THEME_LOOKS[next].label}`;
  return (
    <button
      type="button"
      className="icon-button"
      onClick={() => setTheme(next)}
      aria-label={text}
      title={text}
    >
      <Icon aria-hidden />
    </button>
  );
}
