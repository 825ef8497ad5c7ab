// Stand-ins for two globals that the vendor's client names and that would load all of Node's fetch at start (33 ms, 16 MB).
// The bundler puts them into its files (light-client.mjs); requests themselves go over node:http. Only what the client uses is here.

class LightHeaders {
  #all = new Map();

  constructor(init = []) {
    const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name, value) {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }
  set(name, value) {
    this.#all.set(name.toLowerCase(), String(value));
  }
  get(name) {
    return this.#all.get(name.toLowerCase()) ?? null;
  }
  has(name) {
    return this.#all.has(name.toLowerCase());
  }
  delete(name) {
    this.#all.delete(name.toLowerCase());
  }
  forEach(act) {
    for (const [name, value] of this.#all) act(value, name, this);
  }
  entries() {
    return this.#all.entries();
  }
  keys() {
    return this.#all.keys();
  }
  values() {
    return this.#all.values();
  }
  [Symbol.iterator]() {
    return this.#all.entries();
  }
}

/** Nothing is ever one. */
function NoFormData() {}

export { LightHeaders as Headers, NoFormData as FormData };
