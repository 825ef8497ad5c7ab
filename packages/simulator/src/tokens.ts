/** An estimate that never changes: four bytes a token, and at least one. */
export const tokensFor = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4));

export const tokensIn = (text: string): number => tokensFor(Buffer.byteLength(text));
