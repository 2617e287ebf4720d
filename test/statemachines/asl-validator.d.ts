// The part of asl-validator that the tests use; it ships no types.

declare module 'asl-validator' {
  function aslValidator(
    definition: unknown,
    options?: { readonly checkArn?: boolean },
  ): { readonly isValid: boolean; errorsText(separator?: string): string };
  export = aslValidator;
}
