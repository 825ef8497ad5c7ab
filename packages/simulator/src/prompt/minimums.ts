/**
 * The least that is worth keeping, in tokens: a shorter prefix isn't cached, and nobody is told.
 * Source: the prompt-caching page of platform.claude.com (cache limitations), except where another is named.
 */
const MINIMUMS: readonly (readonly [line: string, tokens: number])[] = [
  ["claude-opus-5-5", 512], // that page as quoted by others in October 2026
  ["claude-sonnet-5-5", 512], // likewise
  ["claude-fable-5-1", 512],
  ["claude-mythos-5-1", 512],
  ["claude-opus-5", 512],
  ["claude-fable-5", 512],
  ["claude-mythos-5", 512],
  ["claude-sonnet-5", 1_024],
  ["claude-opus-4-8", 1_024],
  ["claude-sonnet-4-6", 1_024],
  ["claude-sonnet-4-5", 1_024],
  ["claude-opus-4-1", 1_024],
  ["claude-opus-4-7", 2_048],
  ["claude-opus-4-6", 4_096],
  ["claude-opus-4-5", 4_096],
  ["claude-haiku-4-5", 4_096],
];

/** Of a model without a row (a newer one, a local one): the largest. A date behind the name doesn't make it another model. */
export function minimumFor(model: string): number {
  const row = MINIMUMS.find(([line]) => model === line || (model.startsWith(`${line}-`) && /^\d{8}$/.test(model.slice(line.length + 1))));
  return row?.[1] ?? Math.max(...MINIMUMS.map(([, tokens]) => tokens));
}
