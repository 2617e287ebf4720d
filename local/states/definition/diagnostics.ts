// What is wrong with a definition, in the codes, words and order of ValidateStateMachineDefinition.

/** Codes that AWS reports, and one of our own for what AWS can do and the local cloud cannot. */
export type DiagnosticCode =
  | 'INVALID_JSON_DESCRIPTION'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'DUPLICATE_STATE_NAME'
  | 'NOT_SUPPORTED_LOCALLY';

export interface Diagnostic {
  readonly severity: 'ERROR';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** `/States/{state}/{field}`. */
  readonly location?: string;
}

/** Collects what is wrong while a definition is read. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];

  report(code: DiagnosticCode, message: string, location?: string): void {
    this.list.push({ severity: 'ERROR', code, message, ...(location !== undefined && { location }) });
  }

  schema(message: string, location: string): void {
    this.report('SCHEMA_VALIDATION_FAILED', message, location);
  }

  unsupported(message: string, location: string): void {
    this.report('NOT_SUPPORTED_LOCALLY', message, location);
  }
}

/** The message of InvalidDefinition. */
export function invalidDefinitionMessage(diagnostics: readonly Diagnostic[]): string {
  const problems = diagnostics.map(
    ({ code, message, location }) => `${code}: ${message} at ${location ?? null}`,
  );
  return `Invalid State Machine Definition: '${problems.join(', ')}'`;
}
