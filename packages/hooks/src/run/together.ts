/** Runs generators side by side and yields what they yield, as it comes. Rule: each goes on only when its own last word was taken. */

/** `left`: what one comes to that is let go before its end; `abandon` is called first. Results stand in the order of the sources. */
export async function* together<T, R>(
  sources: readonly AsyncGenerator<T, R>[],
  left: R,
  abandon: () => void,
): AsyncGenerator<T, readonly R[]> {
  const results: R[] = sources.map(() => left);
  const waiting = new Map(sources.map((source, at) => [at, pull(source, at)]));
  try {
    while (waiting.size > 0) {
      const { source, at, step } = await Promise.race(waiting.values());
      if (step.done) {
        results[at] = step.value;
        waiting.delete(at);
      } else {
        yield step.value;
        waiting.set(at, pull(source, at));
      }
    }
    return results;
  } finally {
    abandon(); // whoever works doesn't hear of `return` before its next word
    await Promise.allSettled(sources.filter((_, at) => waiting.has(at)).map((source) => source.return(left)));
  }
}

async function pull<T, R>(
  source: AsyncGenerator<T, R>,
  at: number,
): Promise<{ readonly source: AsyncGenerator<T, R>; readonly at: number; readonly step: IteratorResult<T, R> }> {
  return { source, at, step: await source.next() };
}
