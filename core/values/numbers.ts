// Numbers: which texts DynamoDB takes for one, the one spelling that equal numbers share, and what a double holds of them.

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** DynamoDB Developer Guide, "Data types": up to 38 digits, magnitude 1E-130 to 9.99…E+125. */
const MAX_DIGITS = 38;
const MIN_EXPONENT = -130;
const MAX_EXPONENT = 125;
/** No number is longer, but for zeros that say nothing: a longer text is not looked at, however short its number. */
const MAX_CHARACTERS = 1000;
/** Decimals that survive a double whatever they are (IEEE 754, DBL_DIG). */
const DIGITS_OF_A_DOUBLE = 15;

/**
 * The number's one spelling (`1.50`, `15E-1` and `1.5` all give `1.5`), or undefined if DynamoDB cannot hold it, or it is
 * spelled in over 1,000 characters. Plain decimal where that is at most 40 characters or so, else `{digits}E{exponent}`.
 */
export function canonicalNumber(text: string): string | undefined {
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const { isNegative, digits, scale } = parts;
  if (digits === '') return '0';
  const magnitude = scale + digits.length - 1;
  if (digits.length > MAX_DIGITS || magnitude < MIN_EXPONENT || magnitude > MAX_EXPONENT) return undefined;
  return (isNegative ? '-' : '') + spell(digits, scale, magnitude);
}

/**
 * Whether a JSON number can be taken for what was written: every reader of JSON on the way to a task may have kept it in a
 * double. One that shows more digits than survive there may stand for another number.
 */
export function isSureInJson(double: number): boolean {
  const digits = partsOf(String(double))?.digits.length;
  return digits !== undefined && digits <= DIGITS_OF_A_DOUBLE && Math.abs(double) <= Number.MAX_SAFE_INTEGER;
}

/**
 * The number that a double stands for, as text: its very value if it is whole, the shortest decimal that reads back as the
 * same double otherwise. Neither need be one that DynamoDB holds: {@link canonicalNumber} tells.
 */
export function textOfDouble(double: number): string {
  return Number.isInteger(double) ? BigInt(double).toString() : String(double);
}

/** The double that stands for the number, as {@link textOfDouble} has it; undefined where none does. */
export function doubleOf(text: string): number | undefined {
  const canonical = canonicalNumber(text);
  const double = Number(text);
  return canonical !== undefined && canonicalNumber(textOfDouble(double)) === canonical ? double : undefined;
}

/** The whole number that a text spells; undefined for a fraction, and for what DynamoDB cannot hold. */
export function wholeOf(text: string): bigint | undefined {
  const [, digits, exponent = '0'] = /^(-?\d+)(?:E(\d+))?$/.exec(canonicalNumber(text) ?? '') ?? [];
  return digits === undefined ? undefined : BigInt(digits) * 10n ** BigInt(exponent);
}

interface Parts {
  readonly isNegative: boolean;
  /** Without zeros at either end; none for zero. */
  readonly digits: string;
  /** Of the last digit: value = digits × 10^scale. */
  readonly scale: number;
}

function partsOf(text: string): Parts | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match;
  if (integer === '' && fraction === '') return undefined;
  const all = (integer + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  const scale = Number(exponent) - fraction.length + (all.length - digits.length);
  return { isNegative: sign === '-', digits, scale };
}

function spell(digits: string, scale: number, magnitude: number): string {
  if (scale >= 0 && magnitude < MAX_DIGITS) return digits + '0'.repeat(scale);
  if (scale < 0 && magnitude >= 0) return `${digits.slice(0, scale)}.${digits.slice(scale)}`;
  if (scale < 0 && magnitude > -8) return `0.${'0'.repeat(-magnitude - 1)}${digits}`;
  return `${digits}E${scale}`;
}
