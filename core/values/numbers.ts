// DynamoDB numbers: which texts are one, and the one spelling that equal numbers share.

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** DynamoDB Developer Guide, "Data types": up to 38 digits, magnitude 1E-130 to 9.99…E+125. */
const MAX_DIGITS = 38;
const MIN_EXPONENT = -130;
const MAX_EXPONENT = 125;

/**
 * The number's one spelling (`1.50`, `15E-1` and `1.5` all give `1.5`), or undefined if DynamoDB cannot hold it.
 * Plain decimal where that is at most 40 characters or so, else `{digits}E{exponent}`.
 */
export function canonicalNumber(text: string): string | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', integer = '', fraction = '', exponentText = '0'] = match;
  if (integer === '' && fraction === '') return undefined;

  const all = (integer + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  /** Of the last digit: value = digits × 10^scale. */
  const scale = Number(exponentText) - fraction.length + (all.length - digits.length);
  const magnitude = scale + digits.length - 1;
  if (digits.length > MAX_DIGITS || magnitude < MIN_EXPONENT || magnitude > MAX_EXPONENT) return undefined;
  return (sign === '-' ? '-' : '') + spell(digits, scale, magnitude);
}

function spell(digits: string, scale: number, magnitude: number): string {
  if (scale >= 0 && magnitude < MAX_DIGITS) return digits + '0'.repeat(scale);
  if (scale < 0 && magnitude >= 0) return `${digits.slice(0, scale)}.${digits.slice(scale)}`;
  if (scale < 0 && magnitude > -8) return `0.${'0'.repeat(-magnitude - 1)}${digits}`;
  return `${digits}E${scale}`;
}
