/** Pages that were fetched a short while ago. Rule: at most so many, none older than its time. */

const MINUTES_MS = 15 * 60_000;
const MOST_PAGES = 32;

export type Cache<Page> = { get(url: string): Page | undefined; put(url: string, page: Page): void };

/** `now`: milliseconds. */
export function createCache<Page>(now: () => number): Cache<Page> {
  const kept = new Map<string, { readonly page: Page; readonly until: number }>();
  return {
    get(url) {
      const found = kept.get(url);
      return found && now() < found.until ? found.page : undefined;
    },
    put(url, page) {
      kept.delete(url);
      kept.set(url, { page, until: now() + MINUTES_MS });
      const [oldest] = kept.keys();
      if (kept.size > MOST_PAGES && oldest !== undefined) kept.delete(oldest);
    },
  };
}
