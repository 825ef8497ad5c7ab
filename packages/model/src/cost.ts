import type { Usage } from "@keelson/protocol";
import type { ModelInfo } from "./catalog.ts";

/** Dollars for a million tokens. `upTo`: holds for prompts of at most so many tokens, cached ones included; without it, for all. */
export type Tier = {
  readonly upTo?: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
};

/** Caching multiplies the input price: writes × 1.25 for five minutes and × 2 for an hour; reads × 0.1, less for the newest. Agrees with each cache price that is published. */
export function tier(input: number, output: number, read = 0.1): Tier {
  return { input, output, cacheRead: input * read, cacheWrite5m: input * 1.25, cacheWrite1h: input * 2 };
}

/** Dollars; undefined when the model's prices are unknown. The size of the prompt decides the price of the whole request. */
export function costOf(info: ModelInfo, usage: Usage): number | undefined {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const price = info.prices?.find(({ upTo = Infinity }) => prompt <= upTo);
  if (!price) return undefined;
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = usage;
  return (
    (input * price.input +
      output * price.output +
      cacheRead * price.cacheRead +
      cacheWrite5m * price.cacheWrite5m +
      cacheWrite1h * price.cacheWrite1h) /
    1_000_000
  );
}
