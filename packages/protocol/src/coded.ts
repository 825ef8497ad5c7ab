/** True for an error that carries one of these codes. By code, not by class: it holds across packages and processes. */
export function hasCode<Code extends string>(error: unknown, codes: readonly Code[]): error is Error & { readonly code: Code } {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}
