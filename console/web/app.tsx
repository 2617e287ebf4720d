// The page: loads what the console is looking at, and shows the view that the address names.

import { Route as Signpost } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Session } from '../api.ts';
import { get } from './data/http.ts';
import { useResource } from './data/use-resource.ts';
import { Header } from './frame/header.tsx';
import { useShortcuts } from './frame/use-shortcuts.ts';
import { ItemPage } from './pages/item-page.tsx';
import { RunPage } from './pages/run-page.tsx';
import { RunsPage } from './pages/runs-page.tsx';
import { Link } from './parts/link.tsx';
import { Notice, Problem } from './parts/problem.tsx';
import { type Route, routeOf, useAddress } from './router.ts';
import { SessionContext } from './session.ts';

export function App() {
  const {
    data: session,
    error,
    reload,
  } = useResource('session', (signal) => get<Session>('session', {}, signal));
  if (session === undefined) {
    return error === undefined ? null : (
      <main>
        <Problem error={error} onRetry={reload} />
      </main>
    );
  }
  return (
    <SessionContext value={session}>
      <Frame session={session} />
    </SessionContext>
  );
}

function Frame({ session }: { session: Session }) {
  const { path, search } = useAddress();
  const route = routeOf(path, search);
  const main = useRef<HTMLElement>(null);
  const help = useShortcuts(route.view);
  useViewChange(route, main);
  return (
    <div className="app">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Header help={help} search={search} />
      <main className="main" id="main" tabIndex={-1} ref={main}>
        <View route={route} search={search} session={session} />
      </main>
    </div>
  );
}

interface ViewProps {
  readonly route: Route;
  readonly search: URLSearchParams;
  readonly session: Session;
}

function View({ route, search, session }: ViewProps) {
  switch (route.view) {
    case 'runs':
      return <RunsPage search={search} session={session} />;
    case 'run':
      return <RunPage key={`${route.operation} ${route.name}`} run={route} search={search} />;
    case 'item':
      return <ItemPage key={route.key} keyText={route.key} />;
    case 'nowhere':
      return (
        <Notice icon={<Signpost aria-hidden />} title="There is no such page">
          <p>
            <Link to="/">All runs</Link>
          </p>
        </Notice>
      );
  }
}

/** Another view has a title of its own, and is read from its beginning. */
function useViewChange(route: Route, main: React.RefObject<HTMLElement | null>): void {
  const title = titleOf(route);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · Twinwrite`;
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    main.current?.scrollTo({ top: 0 });
    isFirst.current = false;
  }, [title, main]);
}

function titleOf(route: Route): string {
  switch (route.view) {
    case 'runs':
      return 'Runs';
    case 'run':
      return route.name;
    case 'item':
      return route.key;
    case 'nowhere':
      return 'No such page';
  }
}
