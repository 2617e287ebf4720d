// One segment of an object key: any text, encoded so that no two texts share a spelling and none holds a separator.

/** Text that is spelled as it is: most of it, and audits read millions. */
const PLAIN = /^[A-Za-z0-9_.~-]*$/;

/** Percent-encoding of everything but A-Z a-z 0-9 - _ . ~ (RFC 3986, "unreserved"). Throws on lone surrogates. */
export function encodeSegment(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The text that {@link encodeSegment} encoded, or undefined if it would have spelled it otherwise. */
export function decodeSegment(segment: string): string | undefined {
  if (PLAIN.test(segment)) return segment;
  try {
    const text = decodeURIComponent(segment);
    return encodeSegment(text) === segment ? text : undefined;
  } catch {
    return undefined; // not percent-encoded UTF-8, so not ours
  }
}
