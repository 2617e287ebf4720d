// Finds an item's runs by its key, or a run by its name, ARN or link.

import { Search as Magnifier } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { FoundRun } from '../../api.ts';
import { keyTextExample, parseKeyText } from '../../key-text.ts';
import { runOfArn } from '../../run-address.ts';
import { get } from '../data/http.ts';
import { messageOf } from '../parts/problem.tsx';
import { navigate, runAddress, useAddress, withSearch } from '../router.ts';
import { useSession } from '../session.ts';
import { SEARCH_FIELD } from './use-shortcuts.ts';

export function Search({ search }: { search: URLSearchParams }) {
  const session = useSession();
  const { key } = session.store;
  const item = search.get('item') ?? '';
  const [text, setText] = useState(item);
  const [problem, setProblem] = useState<string>();
  const { path } = useAddress();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view is no answer to what was looked for
  useEffect(() => setText(item), [item, path]);

  const find = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    setProblem(undefined);
    try {
      navigate(await addressOf(wanted));
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const addressOf = async (wanted: string): Promise<string> => {
    const itemRuns = withSearch('/', search, { item: wanted });
    const isNamed = wanted.startsWith(`${key.partitionKey.name}=`) || wanted.startsWith('{');
    const isKey = parseKeyText(wanted, key) !== undefined;
    if (wanted === '' || (isNamed && isKey)) return itemRuns;
    if (isNamed) throw new Error(`A part of the key is missing: write ${keyTextExample(key)}`);
    // A bare word may be either.
    const run = await findRun(wanted).catch((error: unknown) => {
      if (isKey && !ONLY_RUN.test(wanted)) return undefined;
      throw error;
    });
    return run ? runAddress(run) : itemRuns;
  };
  const findRun = async (wanted: string) => {
    const { executionArn } = await get<FoundRun>('find', { run: wanted });
    return runOfArn(executionArn, session.store);
  };
  return (
    <search>
      <form className="search" onSubmit={(event) => void find(event)}>
        <Magnifier aria-hidden />
        <input
          id={SEARCH_FIELD}
          type="search"
          aria-label="Find an item by its key, or a run by its name"
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : 'search-problem'}
          placeholder={`${keyTextExample(key)} or a run`}
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(undefined);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <kbd aria-hidden>/</kbd>
        {problem !== undefined && (
          <p className="search-problem" id="search-problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </search>
  );
}

/** ARNs, and links to the AWS console. */
const ONLY_RUN = /^arn:|^https?:/;
