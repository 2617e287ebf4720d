// The template of a store's object keys: checked so that every key made with it parses back in exactly one way, and
// compiled into the two directions.

/** The placeholders of a template. Listing, lifecycle rules and rights go by the prefix, so keys begin with it. */
const PLACEHOLDERS = ['prefix', 'pk', 'sk', 'attr', 'sha256', 'run'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** The parts of an object key, each encoded as a segment of it. */
export type EncodedParts = Readonly<
  Record<Exclude<Placeholder, 'prefix' | 'sk'>, string> & { readonly sk?: string | undefined }
>;

export const DEFAULT_OBJECT_KEY_TEMPLATE = '{prefix}/pk={pk}/sk={sk}/attr={attr}/sha256={sha256}/{run}';

/** Why no placeholder may be left out. */
const NEEDED: Readonly<Record<Placeholder, string>> = {
  prefix: 'listing, lifecycle rules and rights go by it',
  pk: 'two items could share a key',
  sk: 'the table has a sort key, so two items could share a key',
  attr: 'two attributes of an item could share a key',
  sha256: 'what is read could not be verified',
  run: 'two runs could put the same key, and one would delete what the other has written',
};

const START = '{prefix}/';
const PLACEHOLDER = /\{([^{}]*)\}/;
/** What S3 takes in a key without special handling, or with an SDK's own, but for what encoded values use `%` for. */
const LITERAL = /^[A-Za-z0-9/!$()+,:;=@_.~-]*$/;
/** Those of them that no encoded value holds: they tell where a value ends. */
const DELIMITER = /[/!$()+,:;=@]/;
const DELIMITERS = '/ ! $ ( ) + , : ; = @';
const DIGEST = '[0-9a-f]{64}';
/** What {@link encodeSegment} makes of any text. */
const VALUE = '[A-Za-z0-9_.~%-]+';

/** Why keys made with the template could collide or not be parsed back, or undefined: it is fine. */
export function templateProblem(template: string, hasSortKey: boolean): string | undefined {
  if (!template.startsWith(START)) return `must begin with ${START}, since ${NEEDED.prefix}`;
  const pieces = piecesOf(template);
  return (
    literalProblem(pieces) ??
    placeholderProblem(template, hasSortKey) ??
    delimiterProblem(pieces) ??
    segmentProblem(template)
  );
}

/** Whether a key made with the template could lie below the folder, given no prefix. */
export function canLieBelow(folder: string, template: string, hasSortKey: boolean): boolean {
  const segments = segmentsOf(variant(template, hasSortKey)).slice(1);
  return folder.split('/').every((name, at) => new RegExp(`^${patternOf(segments[at] ?? '')}$`).test(name));
}

/** The key of these parts. `sk`'s segment is left out when there is none. */
export function fillTemplate(template: string, prefix: string, parts: EncodedParts): string {
  return `${keyStart(prefix)}${fill(rest(template, parts.sk !== undefined), parts)}`;
}

/** What the keys of all objects of an item begin with: as far as the template depends on the item alone. */
export function fillItemPart(
  template: string,
  prefix: string,
  item: Pick<EncodedParts, 'pk' | 'sk'>,
): string {
  const [own = ''] = rest(template, item.sk !== undefined).split(/\{(?:attr|sha256|run)\}/);
  const key = fill(own, { ...item, attr: '', sha256: '', run: '' });
  return `${keyStart(prefix)}${key.slice(0, key.lastIndexOf('/') + 1)}`;
}

/** The parts of a key made with the template, with or without a sort key: undefined for any other key. */
export function parseByTemplate(template: string, key: string, prefix: string): EncodedParts | undefined {
  const start = keyStart(prefix);
  if (!key.startsWith(start)) return undefined;
  for (const { pattern, names } of parsersOf(template)) {
    const values = pattern.exec(key.slice(start.length));
    if (values === null) continue;
    const parts: Record<string, string | undefined> = {};
    for (const [at, name] of names.entries()) parts[name] = values[at + 1];
    return parts as unknown as EncodedParts;
  }
  return undefined;
}

interface Parser {
  readonly pattern: RegExp;
  /** Placeholders, in the order of the pattern's groups. */
  readonly names: readonly string[];
}

const parsers = new Map<string, readonly Parser[]>();

/** Compiled once per template: whoever lists a bucket parses every key in it. */
function parsersOf(template: string): readonly Parser[] {
  const known = parsers.get(template);
  if (known !== undefined) return known;
  const made = [true, false]
    .filter((hasSortKey) => templateProblem(template, hasSortKey) === undefined)
    .map((hasSortKey) => rest(template, hasSortKey))
    .map((text) => ({
      pattern: new RegExp(`^${patternOf(text)}$`),
      names: piecesOf(text).filter((_, at) => at % 2 === 1),
    }));
  parsers.set(template, made);
  return made;
}

/** Literals and, at every odd place, names of placeholders. */
function piecesOf(template: string): readonly string[] {
  return template.split(PLACEHOLDER);
}

function literalProblem(pieces: readonly string[]): string | undefined {
  const odd = pieces.find((piece, at) => at % 2 === 0 && !LITERAL.test(piece));
  return odd === undefined
    ? undefined
    : `holds "${odd}", but beside its placeholders it may hold A-Z a-z 0-9 - _ . ~ ${DELIMITERS} only`;
}

function placeholderProblem(template: string, hasSortKey: boolean): string | undefined {
  const names = piecesOf(template).filter((_, at) => at % 2 === 1);
  const unknown = names.find((name) => !PLACEHOLDERS.includes(name as Placeholder));
  if (unknown !== undefined) {
    return `{${unknown}} is none of its placeholders, ${PLACEHOLDERS.map((name) => `{${name}}`).join(' ')}`;
  }
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) return `{${twice}} stands in it twice`;
  const needed = PLACEHOLDERS.filter((name) => name !== 'sk' || hasSortKey);
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined) return `{${missing}} is missing: ${NEEDED[missing]}`;
  const shared = segmentsOf(template).find((segment) => /\{sk\}/.test(segment) && /\{(?!sk\})/.test(segment));
  return shared === undefined || hasSortKey
    ? undefined
    : `leave {sk} out of "${shared}": the table has no sort key`;
}

function delimiterProblem(pieces: readonly string[]): string | undefined {
  for (let at = 2; at < pieces.length - 1; at += 2) {
    if (!DELIMITER.test(pieces[at] as string)) {
      const [one, other] = [pieces[at - 1], pieces[at + 1]];
      return `{${one}} and {${other}} need one of ${DELIMITERS} between them, so that keys parse back in one way`;
    }
  }
  return undefined;
}

function segmentProblem(template: string): string | undefined {
  for (const segment of segmentsOf(template)) {
    if (segment === '') return 'has an empty segment: two slashes in a row, or one at the end';
    // The digest and the run are never dots alone; a key or an attribute's name may be.
    if (/^\.*(?:\{(?:pk|sk|attr)\})?\.*$/.test(segment)) {
      return `its segment "${segment}" could be . or .., which URLs lose: give it a name, like "pk={pk}"`;
    }
  }
  return undefined;
}

function segmentsOf(template: string): readonly string[] {
  return template.split('/');
}

/** The template for a table with or without a sort key: without one, the segment of `{sk}` is left out. */
function variant(template: string, hasSortKey: boolean): string {
  if (hasSortKey) return template;
  return segmentsOf(template)
    .filter((segment) => !segment.includes('{sk}'))
    .join('/');
}

function rest(template: string, hasSortKey: boolean): string {
  return variant(template, hasSortKey).slice(START.length);
}

function keyStart(prefix: string): string {
  return prefix === '' ? '' : `${prefix}/`;
}

function fill(text: string, parts: EncodedParts): string {
  return piecesOf(text)
    .map((piece, at) => (at % 2 === 0 ? piece : (parts[piece as keyof EncodedParts] ?? '')))
    .join('');
}

function patternOf(text: string): string {
  return piecesOf(text)
    .map((piece, at) => {
      if (at % 2 === 0) return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return piece === 'sha256' ? `(${DIGEST})` : `(${VALUE})`;
    })
    .join('');
}
