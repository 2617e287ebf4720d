// RFC 3339 timestamps, as Wait states take them.

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch, or undefined where the text is no timestamp with an offset. */
export function parseRfc3339(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', offset] = match;
  const date = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const whole = Date.parse(`${date}Z`);
  if (Number.isNaN(whole) || !new Date(whole).toISOString().startsWith(date)) return undefined;
  return Date.parse(`${date}${offset}`) + Math.floor(Number(`0${fraction}`) * 1000);
}

export function isRfc3339(text: string): boolean {
  return parseRfc3339(text) !== undefined;
}
