import { loadScenario, planner, record, replay, simulate } from "../src/index.ts";

/** The examples of the README, as they stand there: this file is compiled and run, and the README is compared with it. */
export async function playsAFile(path: string, use: (url: string) => Promise<void>): Promise<number> {
  const read = await loadScenario(path);
  if (!read.ok) throw new Error(read.error);
  await using server = await simulate(read.scenario, { variables: { project: "/tmp/x" } });
  // Point any client of the Messages API at server.url; see what it sent in server.requests.
  await use(server.url);
  return server.requests.length;
}

export async function records(file: string): Promise<string> {
  await using proxy = await record({ upstream: "https://api.anthropic.com", file });
  // Point a client at proxy.url and let it work; its key goes through, and isn't written.
  return proxy.url;
}

export async function replays(file: string): Promise<string> {
  await using server = await replay(file, { pace: "none" });
  // The same client gets the same answers, byte by byte, and needs no key.
  return server.url;
}

export async function plans(use: (url: string) => Promise<void>): Promise<void> {
  await using server = await simulate(planner());
  // "read port.js and then change 80 to 8080 in port.js and then run npm test"
  await use(server.url);
}
