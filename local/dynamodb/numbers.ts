// DynamoDB's decimal numbers: exact sums, one way to write each number, and the limits on what can be stored.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (Data types: Number)

import { validationError } from './errors.ts';

const MAX_DIGITS = 38;
const MAX_EXPONENT = 125;
const MIN_EXPONENT = -130;

/** `digits * 10 ** -scale` */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/**
 * `left + right`, or `left - right`, written in full without an exponent.
 * @throws {ServiceError} ValidationException when the result has more than 38 significant digits or leaves the range
 */
export function sum(left: string, right: string, sign: 1 | -1 = 1): string {
  const a = parse(left);
  const b = parse(right);
  const scale = Math.max(a.scale, b.scale);
  const digits = raise(a, scale) + BigInt(sign) * raise(b, scale);
  return write({ digits, scale });
}

/** How many bytes of an item a number takes: a byte for two significant digits, one more, and one for a minus sign. */
export function numberSize(value: string): number {
  const digits = significantDigits(value).length;
  return Math.ceil(digits / 2) + 1 + (value.startsWith('-') ? 1 : 0);
}

function parse(value: string): Decimal {
  const [mantissa = '0', exponent = '0'] = value.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

function raise(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}

function write({ digits, scale }: Decimal): string {
  const negative = digits < 0n;
  const padded = (negative ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = padded.slice(0, padded.length - scale);
  const fraction = withoutTrailingZeros(padded.slice(padded.length - scale));
  const text = (negative ? '-' : '') + whole + (fraction && `.${fraction}`);
  checkRange(text);
  return text;
}

function checkRange(text: string): void {
  const digits = significantDigits(text);
  if (!digits) return;
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const exponent = whole === '0' ? -(fraction.search(/[1-9]/) + 1) : whole.length - 1;
  if (exponent > MAX_EXPONENT) {
    throw validationError(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (exponent < MIN_EXPONENT) {
    throw validationError(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (digits.length > MAX_DIGITS) {
    throw validationError('Attempting to store more than 38 significant digits in a Number');
  }
}

function significantDigits(text: string): string {
  return withoutTrailingZeros(text.replace(/[-.]/g, '').replace(/^0+/, ''));
}

/** In one pass: `/0+$/` looks at each run of zeros from each of its zeros. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
