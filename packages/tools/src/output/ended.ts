/** `for await` that doesn't lose what the source returns. Leaving the loop ends the source. */
export async function* ended<T, R>(source: AsyncGenerator<T, R>, done: (result: R) => void): AsyncGenerator<T, void> {
  done(yield* source);
}
