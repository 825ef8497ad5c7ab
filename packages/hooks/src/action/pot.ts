/** Keeps the first bytes of what somebody prints, and counts the rest. */

/** Bytes of each stream that are read. */
const KEPT_BYTES = 1024 * 1024;
/** Bytes that are listened to in all: what says more is ended. */
export const FLOOD_BYTES = 64 * 1024 * 1024;

export type Pot = { add(bytes: Uint8Array): string; readonly size: number; readonly cut: boolean; text(): string };

/** `add` returns what was kept, as text: never half a character. */
export function createPot(): Pot {
  const decoder = new TextDecoder();
  const kept: Uint8Array[] = [];
  let size = 0;
  let room = KEPT_BYTES;
  return {
    add(bytes) {
      const part = bytes.subarray(0, room);
      size += bytes.length;
      room -= part.length;
      if (part.length === 0) return "";
      kept.push(part);
      return decoder.decode(part, { stream: true });
    },
    get size() {
      return size;
    },
    get cut() {
      return size > KEPT_BYTES;
    },
    text: () => new TextDecoder().decode(Buffer.concat(kept)),
  };
}
