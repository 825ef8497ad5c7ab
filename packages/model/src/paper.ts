const FIRST = 64 * 1024; // bytes
const MOST_UTF8 = 3; // bytes that one UTF-16 unit can take

/** Bytes that may not change until they are given back. */
export type Lent = Disposable & { readonly bytes: Uint8Array<ArrayBuffer> };

/**
 * Text as UTF-8 that grows at its end. What was lent out stays as it is until it is given back:
 * a change of it goes to a copy, and the copy is what grows from then on.
 */
export class Paper {
  #bytes: Buffer<ArrayBuffer>;
  #length = 0;
  #lease = { holders: 0, upTo: 0 };

  constructor(room = FIRST) {
    this.#bytes = Buffer.allocUnsafeSlow(room);
  }

  get length(): number {
    return this.#length;
  }
  /** Bytes of memory. */
  get room(): number {
    return this.#bytes.length;
  }

  add(words: string): void {
    const most = words.length * MOST_UTF8;
    this.#claim(this.#length, this.#length + most <= this.room ? most : Buffer.byteLength(words));
    this.#length += this.#bytes.write(words, this.#length);
  }

  /** Takes away what stands behind. */
  cut(length: number): void {
    this.#length = length;
  }

  insert(at: number, bytes: Uint8Array): void {
    this.#claim(at, bytes.length);
    this.#bytes.copyWithin(at + bytes.length, at, this.#length);
    this.#bytes.set(bytes, at);
    this.#length += bytes.length;
  }

  remove(at: number, length: number): void {
    this.#claim(at, 0);
    this.#bytes.copyWithin(at, at + length, this.#length);
    this.#length -= length;
  }

  /** Another paper that begins like this one. */
  copy(upTo: number): Paper {
    const other = new Paper(Math.max(FIRST, upTo + upTo / 4));
    this.#bytes.copy(other.#bytes, 0, 0, upTo);
    other.#length = upTo;
    return other;
  }

  lend(): Lent {
    const lease = this.#lease;
    lease.holders++;
    lease.upTo = Math.max(lease.upTo, this.#length);
    let held = true;
    return {
      bytes: this.#bytes.subarray(0, this.#length),
      [Symbol.dispose]: () => {
        if (held && --lease.holders === 0) lease.upTo = 0;
        held = false;
      },
    };
  }

  /** Before a change at `from` that adds so many bytes. */
  #claim(from: number, more: number): void {
    const needed = this.#length + more;
    if (needed <= this.room && from >= this.#lease.upTo) return;
    const bytes = Buffer.allocUnsafeSlow(needed <= this.room ? this.room : needed + needed / 2);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
    this.#lease = { holders: 0, upTo: 0 };
  }
}
