// Percent-encoding as RFC 3986 has it.

/** Encodes everything but A-Z a-z 0-9 - _ . ~, which is more than `encodeURIComponent` does. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!\x27()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
