/** Names or lines out of a stream of bytes, each as soon as it is complete. What stands behind the last separator is no piece. */
export async function* pieces(chunks: AsyncIterable<{ readonly bytes: Uint8Array }>, separator: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const { bytes } of chunks) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split(separator);
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
