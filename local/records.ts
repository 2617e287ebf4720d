// Plain objects and JSON that a caller has named or nested: looked up without what every object inherits, walked with a bound.

/** The object's own member of this name: not what objects inherit (`constructor`, `__proto__`). */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Whether a JSON value has objects and arrays within each other on more than this many levels; a few hundred at most. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/** Whether an object within a JSON value, whose levels are bounded, has a member of this name. */
export function hasMember(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, name) || Object.values(value).some((member) => hasMember(member, name));
}
