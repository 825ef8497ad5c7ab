/** One waits, many ring. A ring that comes while nobody waits isn't lost. */
export type Bell = { readonly ring: () => void; rung(ms?: number): Promise<void> };

export function createBell(): Bell {
  let heard = false;
  let wake = (): void => {};
  return {
    ring: () => {
      heard = true;
      wake();
    },
    /** Waits for a ring, at most `ms` milliseconds. */
    async rung(ms) {
      if (!heard)
        await new Promise<void>((resolve) => {
          const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      heard = false;
    },
  };
}
