import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { scene } from "../test/keel.ts";

test("what a run did is told to a collector where KEEL_TELEMETRY is set, before the command leaves; and to nobody else", async () => {
  const told: string[] = [];
  const collector = createServer((request, response) => {
    void text(request).then((body) => {
      told.push(`${request.url} ${body}`);
      response.end("{}");
    });
  });
  await new Promise<void>((ready) => void collector.listen(0, "127.0.0.1", ready));
  const { port } = collector.address() as AddressInfo;
  await using the = await scene([{ blocks: [{ text: "Hello." }] }, { blocks: [{ text: "Again." }] }]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
  expect(await the.keel(["-p"], { stdin: "a secret wish", env })).toMatchObject({ code: 0, stdout: "Hello.\n", stderr: "" });
  expect(told).toEqual([]);
  const ran = await the.keel(["-p"], { stdin: "a secret wish", env: { ...env, KEEL_TELEMETRY: "1" } });
  expect(ran).toMatchObject({ code: 0, stdout: "Again.\n", stderr: "" });
  const traces = told.filter((each) => each.startsWith("/v1/traces"));
  expect(traces.join()).toContain("gen_ai");
  expect(told.join()).not.toContain("secret wish");
  collector.close();
});
