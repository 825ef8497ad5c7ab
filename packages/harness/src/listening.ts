import type { Event } from "@keelson/protocol";

/**
 * The same events; undefined where something was said in the background while their source is silent. `heard`: settles when it was, and is
 * undefined where nothing goes on. By hand: a generator between costs each event several turns of the microtask queue.
 */
export function listening(
  events: AsyncGenerator<Event, unknown>,
  heard: () => Promise<undefined> | undefined,
): AsyncIterableIterator<Event | undefined> {
  let next: Promise<IteratorResult<Event, unknown>> | undefined;
  return {
    async next() {
      next ??= events.next();
      const beside = heard();
      const step = await (beside ? Promise.race([next, beside]) : next);
      if (!step) return { value: undefined };
      next = undefined;
      return step.done ? { done: true, value: undefined } : step;
    },
    async return() {
      await events.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
