// Physical names for resources that the template does not name: stable from one start to the next.

import { createHash } from 'node:crypto';

export interface NameRule {
  readonly maxLength: number;
  /** S3's names: lower case, digits, hyphens. */
  readonly lowerCase?: boolean;
}

/** `{stack}-{logicalId}-{hash}`, shortened and spelled as the service requires. */
export function physicalName(stackName: string, logicalId: string, rule: NameRule): string {
  const hash = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 8);
  const spelled = `${stackName}-${logicalId}`.replace(/[^0-9A-Za-z-]/g, '-');
  const stem = spelled.slice(0, rule.maxLength - hash.length - 1).replace(/-+$/, '');
  const name = `${stem}-${hash}`;
  return rule.lowerCase ? name.toLowerCase() : name;
}
