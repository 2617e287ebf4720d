// Terms of CloudWatch's filter patterns over the events that Step Functions logs. A pattern has 1,024 characters at most: no more
// parentheses than it takes.

export const type = (name: string): string => `$.type = "${name}"`;
export const error = (comparison: '=' | '!=', name: string): string =>
  `$.details.error ${comparison} "${name}"`;
export const entered = (kind: string, states: readonly string[]): string =>
  `(${type(`${kind}StateEntered`)} && ${anyOf(states.map((name) => `$.details.name = "${name}"`))})`;
export const anyOf = (terms: readonly string[]): string => `(${terms.join(' || ')})`;
export const allOf = (terms: readonly string[]): string => `(${terms.join(' && ')})`;
