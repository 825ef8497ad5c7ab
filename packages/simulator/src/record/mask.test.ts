import { describe, expect, it } from "vitest";
import { maskDeltas } from "./deltas.ts";
import { mask } from "./mask.ts";

/** Made here, so that no file of ours holds anything that looks like a key. */
const rest = (length: number): string => "a1B2c3D4e5".repeat(10).slice(0, length);
const KEYS: readonly (readonly [string, string])[] = [
  ["an Anthropic key", `sk-ant-api03-${rest(40)}`],
  ["an OpenAI key", `sk-proj-${rest(30)}`],
  ["an AWS key", `AKIA${"ABCD1234".repeat(2)}`],
  ["a GitHub token", `ghp_${rest(36)}`],
  ["a fine-grained GitHub token", `github_pat_${rest(40)}`],
  ["a GitLab token", `glpat-${rest(20)}`],
  ["an npm token", `npm_${rest(36)}`],
  ["a Hugging Face token", `hf_${rest(34)}`],
  ["a Slack token", `xoxb-${rest(24)}`],
  ["a Google key", `AIza${rest(35)}`],
  ["a JSON web token", `eyJ${rest(20)}.eyJ${rest(30)}.${rest(20)}`],
];

describe("what looks like a key", () => {
  it.each(KEYS)("%s is written over, as long as it was", (_, key) => {
    const text = `export KEY='${key}' # and on`;
    const masked = mask(text, []);
    expect(masked).toBe(`export KEY='${"x".repeat(key.length)}' # and on`);
    expect(mask(masked, [])).toBe(masked);
  });

  it.each([
    ["a bearer token", `authorization: Bearer ${rest(30)}`],
    ["a value that is called a secret", `{"client_secret": "${rest(24)}"}`],
    ["one in an environment", `AWS_SECRET_ACCESS_KEY=${rest(40)}`],
    ["one inside of JSON inside of JSON", String.raw`{\"api_key\":\"${rest(24)}\"}`],
    ["a password in a URL", `https://me:${rest(9)}@example.org/`],
  ])("%s", (_, text) => {
    const masked = mask(text, []);
    expect(masked).toHaveLength(text.length);
    expect(masked).toMatch(/x{9}/);
    expect(masked).not.toContain(rest(9));
  });

  it("a private key, over its lines", () => {
    const masked = mask(String.raw`-----BEGIN RSA PRIVATE KEY-----\n${rest(50)}\n-----END RSA PRIVATE KEY-----`, []);
    expect(masked).toMatch(/^-----BEGIN RSA PRIVATE KEY-----x+-----END RSA PRIVATE KEY-----$/);
  });

  it.each([
    ["what is known to be one, whatever it looks like", "my word: swordfish", ["swordfish"], "my word: xxxxxxxxx"],
    ["not what is too short to be one", "none of it", ["none"], "none of it"],
    ["every time it is said", "swordfish, swordfish", ["swordfish"], "xxxxxxxxx, xxxxxxxxx"],
  ])("%s", (_, text, own, masked) => expect(mask(text, own)).toBe(masked));

  it.each([
    "a task-force-of-twenty-two-people-1",
    "const token = getTheNextTokenOfTheStream();",
    '"max_tokens":64000,"cache_creation_input_tokens":1234567890123456',
    "password = correct horse battery staple",
    '"signature":"EqQBCgIYAhIkMDEyMzQ1Njc4OQ=="',
    "msg_01XFDUDYJgAACzvnptvVoYEL toolu_01A09q90qw90lq917835lq9",
  ])("and nothing else: %s", (text) => expect(mask(text, [])).toBe(text));
});

describe("a key that comes in pieces", () => {
  const frame = (index: number, delta: object): string =>
    `event: content_block_delta\ndata: ${JSON.stringify({ type: "content_block_delta", index, delta })}\n\n`;
  const key = `sk-ant-api03-${rest(40)}`;

  it.each<[string, (piece: string) => object]>([
    ["a text", (text) => ({ type: "text_delta", text })],
    ["thinking", (thinking) => ({ type: "thinking_delta", thinking })],
    ["an input", (partial_json) => ({ type: "input_json_delta", partial_json })],
  ])("of %s is put together, and written over where it stands", (_, delta) => {
    const pieces = ['use \\"', key.slice(0, 5), key.slice(5, 17), key.slice(17), '"\n: done'];
    const text = pieces.map((piece) => frame(0, delta(piece))).join("");
    const masked = maskDeltas(text, []);
    expect(masked).toHaveLength(text.length);
    const said = [...masked.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? "").delta);
    expect(said.map(({ type: _type, ...rest }) => Object.values(rest)[0]).join("")).toBe(`use \\"${"x".repeat(key.length)}"\n: done`);
    expect(said.map(({ type }) => type)).toEqual(pieces.map((piece) => (delta(piece) as { type: string }).type));
  });

  it("of two blocks that take turns is put together for each of them", () => {
    const text = [0, 1]
      .flatMap(() => [0, 1])
      .map((index, at) => frame(index, { type: "text_delta", text: at < 2 ? key.slice(0, 20) : key.slice(20) }))
      .join("");
    expect(maskDeltas(text, [])).not.toContain(key.slice(20));
  });

  it("isn't seen in what belongs to different blocks, or isn't a delta", () => {
    const text = `${frame(0, { type: "text_delta", text: key.slice(0, 10) })}${frame(1, { type: "text_delta", text: key.slice(10, 20) })}data: {no JSON\n\n: a comment\n`;
    expect(maskDeltas(text, [])).toBe(text);
  });
});
