import { once } from "node:events";
import { readFile, rm, stat } from "node:fs/promises";
import { scriptedClock } from "@keelson/testing";
import { describe, expect, it } from "vitest";
import { arrived, ask, bodyOf, conversation, hold, post, PROMPT, type Loose } from "../../test/ask.ts";
import { says, seen, studio } from "../../test/studio.ts";
import type { Script } from "../script.ts";
import type { Simulation } from "../serve.ts";
import { simulate } from "../simulate.ts";

describe("a recording of a simulator, played again, answers byte for byte", () => {
  const SCRIPT: Script = {
    replies: [
      { blocks: [{ thinking: "hm" }, { text: "Größe 🦊" }, { tool: "Read", input: { file_path: "ü" } }] },
      { error: { status: 429, retryAfter: 3 } },
      { blocks: [{ text: "half of this is los" }], cut: { inBlock: 1 } },
      { blocks: [{ text: "x".repeat(200_000) }], pace: { chunk: 50_000 } },
      { ...says("whole"), errorEvent: { type: "overloaded_error", message: "Overloaded", afterBlock: 1 } },
      says("not streamed"),
    ],
  };
  /** The same client three times: alone with the simulator, through the proxy, and with the recording. */
  const client = async ({ url }: Simulation): Promise<Loose[]> => {
    const read = conversation({ tool: "Read", result: "r" });
    const all = [await seen(await ask(url))];
    for (let at = 0; at < 4; at++) all.push(await seen(await ask(url, bodyOf(read))));
    all.push(await seen(await ask(url, bodyOf([...read, { role: "user", content: "and?" }], { stream: false }))));
    all.push(await seen(await post(`${url}/v1/messages/count_tokens?beta=true`, JSON.stringify({ model: "m", messages: [PROMPT] }))));
    all.push(await seen(await fetch(`${url}/v1/models`)), await seen(await fetch(`${url}/nowhere`)));
    return all;
  };

  it("head and body, errors, cuts and other routes included", async () => {
    await using s = await studio();
    await using alone = await simulate(SCRIPT);
    const expected = await client(alone);
    expect(expected.map(({ status, broken }) => `${status}${broken ? " cut" : ""}`)).toEqual([
      "200",
      "429",
      "200 cut",
      "200",
      "200",
      "200",
      "200",
      "200",
      "404",
    ]);
    expect(await s.take(SCRIPT, client)).toEqual(expected);
    expect(await s.play(client)).toEqual(expected);
    expect(await s.play(client)).toEqual(expected); // as often as one likes
  });
});

describe("the proxy", () => {
  it("hands on each piece as it comes", async () => {
    await using s = await studio();
    const gate = new AbortController();
    const clock = { now: () => 0, random: () => 0, sleep: async () => void (await once(gate.signal, "abort")) };
    const script: Script = { replies: [{ blocks: [{ text: "early" }, { pause: 1 }, { text: "late" }] }] };
    const client = async ({ url }: Simulation): Promise<string> => {
      let early = "";
      for await (const chunk of (await hold(url)).setEncoding("utf8")) {
        if (!gate.signal.aborted) early += chunk;
        if (early.endsWith('{"type":"content_block_stop","index":0}\n\n')) gate.abort();
      }
      return early;
    };
    const early = await s.take(script, client, {}, { clock });
    expect([early.includes("early"), early.includes("late")]).toEqual([true, false]);
  });

  it("sends the request as it came: path and query, body, headers and key, and says whose host it is", async () => {
    await using s = await studio();
    const sent: Loose[] = [];
    const send: typeof fetch = async (input, init) => {
      sent.push([String(input), init]);
      return new Response("{}", { headers: { "content-type": "application/json", "set-cookie": "a=b" } });
    };
    const response = await s.take(
      { replies: [] },
      async ({ url }) => {
        const headers = { "x-api-key": "the key itself", "anthropic-beta": "a,b", "content-type": "application/json" };
        return await fetch(`${url}/v1/messages?beta=true`, { method: "POST", headers, body: JSON.stringify(bodyOf()) });
      },
      { upstream: "https://gateway.example/api/", fetch: send },
    );
    const [url, { method, headers, body }] = sent[0];
    expect([url, method, body]).toEqual(["https://gateway.example/api/v1/messages?beta=true", "POST", JSON.stringify(bodyOf())]);
    expect(headers).toMatchObject({ "x-api-key": "the key itself", "anthropic-beta": "a,b", "accept-encoding": "identity" });
    expect(headers).not.toHaveProperty("host");
    expect(response.headers.get("set-cookie")).toBe("a=b"); // the client's own business
    expect((await s.lines())[1].answer.headers).toEqual({ "content-type": "application/json" });
  });

  it("hands on what `fetch` has unpacked as what it is", async () => {
    await using s = await studio();
    const send: typeof fetch = async () => new Response("unpacked", { headers: { "content-encoding": "gzip", "content-length": "99" } });
    expect(await s.take({ replies: [] }, ({ url }) => ask(url).then(seen), { fetch: send })).toMatchObject({
      text: "unpacked",
      broken: false,
    });
    expect((await s.lines())[1].answer.headers).not.toHaveProperty("content-length");
  });

  it("takes the answer of any `fetch`, and an answer that can't be read is a failure of its own", async () => {
    await using s = await studio();
    const other = {
      status: 200,
      headers: new Headers({ "content-type": "text/plain" }),
      body: new Response("from elsewhere").body,
    } as Response;
    expect(await s.take({ replies: [] }, ({ url }) => ask(url).then(seen), { fetch: async () => other })).toMatchObject({
      status: 200,
      text: "from elsewhere",
    });
    await rm(s.file);
    const nothing = { status: 200 } as Response;
    expect(await s.take({ replies: [] }, ({ url }) => ask(url).then(seen), { fetch: async () => nothing })).toMatchObject({ status: 500 });
  });

  it("that can't reach the endpoint says so, and records no answer", async () => {
    await using s = await studio();
    const response = await s.take({ replies: [] }, ({ url }) => ask(url).then(seen), { upstream: "http://127.0.0.1:9" });
    expect(response.status).toBe(502);
    expect(JSON.parse(response.text).error).toEqual({
      type: "api_error",
      message: expect.stringMatching(/^Can't reach http:\/\/127\.0\.0\.1:9: /),
    });
    expect(await s.lines()).toHaveLength(1);
  });

  it("follows no redirect: a key doesn't go where its owner hasn't sent it", async () => {
    await using s = await studio();
    const send: typeof fetch = async (_, init) => {
      expect(init?.redirect).toBe("manual");
      return new Response(null, { status: 302, headers: { location: "https://elsewhere.example" } });
    };
    const client = ({ url }: Simulation): Promise<number> =>
      fetch(`${url}/v1/messages`, { redirect: "manual" }).then(({ status }) => status);
    expect(await s.take({ replies: [] }, client, { fetch: send })).toBe(302);
  });

  it("leaves a file alone that is there already, and makes one that only its owner reads", async () => {
    await using s = await studio();
    await s.take({ replies: [says("a")] }, ({ url }) => ask(url).then(seen));
    expect((await stat(s.file)).mode & 0o777).toBe(0o600);
    const before = await readFile(s.file, "utf8");
    await expect(s.take({ replies: [] }, async () => {})).rejects.toMatchObject({ code: "EEXIST" });
    expect(await readFile(s.file, "utf8")).toBe(before);
  });

  it("writes down what a client that left had heard until then, before it is closed", async () => {
    await using s = await studio();
    const script: Script = { replies: [{ ...says("a"), stall: { afterBlock: 1 } }] };
    await s.take(script, async ({ url }) => {
      const response = await hold(url);
      for await (const chunk of response.setEncoding("utf8")) if (String(chunk).includes("content_block_stop")) break;
      response.destroy();
    });
    const [, { answer }] = await s.lines();
    expect([answer.end, answer.chunks.map(([, text]: Loose) => text).join("")]).toEqual([
      "left",
      expect.stringContaining("content_block_stop"),
    ]);
    expect(await s.play(({ url }) => ask(url).then(arrived))).toMatchObject({ broken: true });
  });
});

describe("a recording", () => {
  const KEY = `sk-ant-api03-${"a1B2c3D4e5".repeat(4)}`;
  const TOKEN = "tok-9f8e7d6c5b4a";

  it("holds no key: of the request's head, of its body, of the answer, in one piece or in many", async () => {
    await using s = await studio();
    const script: Script = {
      replies: [{ blocks: [{ text: `the key is ${KEY}, and ${TOKEN}` }, { tool: "Bash", input: { command: `echo ${KEY}` } }] }],
    };
    const messages = [
      { role: "user", content: `my key is ${KEY}` },
      { role: "assistant", content: "I see." },
      { role: "user", content: "oatmeal-raisin" },
    ];
    const live = await s.take(script, async ({ url }) => {
      const headers = { "x-api-key": KEY, authorization: `Bearer ${TOKEN}`, cookie: "session=oatmeal-raisin; x=y" };
      const response = await fetch(`${url}/v1/messages`, {
        method: "POST",
        headers,
        body: JSON.stringify(bodyOf(messages)),
      });
      return (await arrived(response)).text;
    });
    expect(live).toContain(KEY.slice(30, 38)); // the client got what it was told
    const text = await readFile(s.file, "utf8");
    for (const secret of [KEY, TOKEN, "oatmeal-raisin"])
      for (let at = 8; at + 6 < secret.length; at += 4) expect(text).not.toContain(secret.slice(at, at + 6));
    const played = await s.play(({ url }) => ask(url, bodyOf(messages)).then(arrived));
    expect(played.text).toHaveLength(live.length);
  });

  it("hides the home folder where it is told to, and is found again with it", async () => {
    await using s = await studio();
    const home = "/home/ada";
    const body = bodyOf([{ role: "user", content: "list /home/ada/src" }]);
    await s.take({ replies: [says("in /home/ada/src: nothing")] }, ({ url }) => ask(url, body).then(seen), { home });
    expect(await readFile(s.file, "utf8")).not.toContain("ada");
    expect(await s.play(({ url }) => ask(url, body).then(seen), { home, pace: "none" })).toMatchObject({
      status: 200,
      text: expect.stringContaining("xxxxxxxxx"),
    });
  });

  it("says what it was asked, each message once, and when each piece came", async () => {
    await using s = await studio();
    const clock = scriptedClock();
    const read = conversation({ tool: "Read", result: "r" });
    const tools = [{ name: "Read" }, { type: "web_search_20260318", name: "web_search" }];
    await s.take(
      { replies: [{ ...says("slow"), pace: { chunkMs: 40, chunk: 4 } }, says("b"), says("c")] },
      async ({ url }) => {
        await seen(await ask(url, bodyOf(read.slice(0, 1), { tools })));
        await seen(await ask(url, bodyOf(read, { tools })));
        await seen(await ask(url, bodyOf([PROMPT, { role: "assistant", content: "summary" }, PROMPT])));
      },
      { clock },
      { clock },
    );
    const [head, ...exchanges] = await s.lines();
    expect(head).toEqual({ "keel-recording": 1, upstream: expect.stringMatching(/^http:/) });
    expect(exchanges.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(exchanges[0].request).toEqual({
      method: "POST",
      path: "/v1/messages",
      model: "claude-x",
      tools: ["Read", "web_search"],
      messages: 1,
      said: [PROMPT],
    });
    expect(exchanges[1].request).toMatchObject({ messages: 3, said: read.slice(1) });
    expect(exchanges[2].request).toMatchObject({ messages: 3, said: expect.arrayContaining([{ role: "assistant", content: "summary" }]) });
    expect(exchanges[0].conversation).toEqual({ key: expect.any(String), begins: "fix the test" });
    expect(exchanges[0].answer.chunks.at(-1)[0]).toBe(40);
  });

  it("holds bytes that are no whole characters as they are", async () => {
    await using s = await studio();
    const bytes = Buffer.from("data: ü\n\n");
    const parts = [bytes.subarray(0, 7), bytes.subarray(7)];
    const send: typeof fetch = async () =>
      new Response(new ReadableStream({ start: (control) => (parts.forEach((part) => control.enqueue(part)), control.close()) }));
    await s.take({ replies: [] }, ({ url }) => ask(url).then(seen), { fetch: send });
    expect((await s.lines())[1].answer.chunks[0][1]).toEqual({ base64: parts[0]?.toString("base64") });
    expect((await s.play(({ url }) => ask(url).then(arrived))).text).toBe("data: ü\n\n");
  });
});
