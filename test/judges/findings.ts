// What judges find, against what is accepted, each with its reason: neither more nor less.

export interface Finding {
  /** `AwsSolutions-IAM5`, `CKV_AWS_117`, `W3005`. */
  readonly rule: string;
  readonly variant: string;
  /** Of what: a resource by its type and logical id, or a construct's path and what of it. */
  readonly subject: string;
  /** What the judge says of it. */
  readonly message: string;
}

export interface Accepted {
  readonly rule: string;
  /** Of which subjects. */
  readonly of: RegExp;
  /** Why what the rule asks for is not done. */
  readonly reason: string;
}

const isOf = ({ rule, of }: Accepted, finding: Finding): boolean =>
  rule === finding.rule && of.test(finding.subject);

/** Findings that nobody has accepted, a line each. */
export function unexpected(findings: readonly Finding[], accepted: readonly Accepted[]): string[] {
  return findings
    .filter((finding) => !accepted.some((each) => isOf(each, finding)))
    .map(({ rule, variant, subject, message }) => `${rule} ${variant} ${subject}: ${message}`);
}

/** What is accepted and was not found: it can go. */
export function needless(findings: readonly Finding[], accepted: readonly Accepted[]): string[] {
  return accepted
    .filter((each) => !findings.some((finding) => isOf(each, finding)))
    .map(({ rule, of }) => `${rule} ${String(of)}`);
}
