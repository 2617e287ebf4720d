// Why a question about a run cannot be answered, or a run not be replayed or stopped: one line for a person each.

/** Base of the errors of this folder. */
export class AuditError extends Error {
  override readonly name: string = 'AuditError';
}

/** What names the run is neither an ARN, a name, a console link nor a run's text, or names several. */
export class InvalidRun extends AuditError {
  override readonly name = 'InvalidRun';
}

/** There is no such run, or no more: Step Functions forgets a run 90 days after its end. */
export class RunNotFound extends AuditError {
  override readonly name = 'RunNotFound';
}

/** The ARN is of another account, Region or state machine than the store's. */
export class NotOfThisStore extends AuditError {
  override readonly name = 'NotOfThisStore';
}

/** A replay would not do what it is for; the message says why. */
export class ReplayRefused extends AuditError {
  override readonly name = 'ReplayRefused';
  /** One of `RefusalCode`. */
  readonly code: string;
  readonly executionArn: string;

  constructor(code: string, executionArn: string, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.code = code;
    this.executionArn = executionArn;
  }
}

/** Express runs are told by their log group alone, and that cannot be read; the message says why. */
export class LogsUnreadable extends AuditError {
  override readonly name = 'LogsUnreadable';
}

/** Not possible of an Express run, which Step Functions neither stops nor redrives, and of which it keeps nothing. */
export class IsExpressRun extends AuditError {
  override readonly name = 'IsExpressRun';
}

/** A run that has ended cannot be stopped. */
export class NotRunning extends AuditError {
  override readonly name = 'NotRunning';
}
