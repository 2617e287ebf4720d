// The secret of the server's start. It comes in the printed address behind the #, which no request and no Referer carries.

const STORED = 'twinwrite.secret';

/**
 * Takes the secret out of the address, so that it is in no history and no copied link. Other tabs find it stored.
 * @returns whether there was one
 */
export function takeSecret(): boolean {
  const given = /^#secret=([\w-]+)$/.exec(location.hash)?.[1];
  if (given === undefined) return false;
  localStorage.setItem(STORED, given);
  history.replaceState(null, '', location.pathname + location.search);
  return true;
}

export function storedSecret(): string {
  return localStorage.getItem(STORED) ?? '';
}
