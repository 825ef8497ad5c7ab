// A language server for tests, of the kind that tells diagnostics unasked: the word "wrong" is an error wherever it stands.
// A text that begins with "die" kills it.
// `node language-server.mjs [flood] [mute] [settings] [gated FILE]`: talks without end; never tells any; tells its settings as a
// diagnostic; tells nothing before there is that file. `--socket=PORT`: over that, in place of its own ends.
import { existsSync } from "node:fs";
import { connect } from "node:net";

const modes = process.argv.slice(2);
const port = modes.find((mode) => mode.startsWith("--socket="))?.slice("--socket=".length);
const socket = port && connect(Number(port), "127.0.0.1");
const [input, output] = [socket || process.stdin, socket || process.stdout];
let held = Buffer.alloc(0);
let settings;

const write = (message) => {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  return output.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};
const flood = () => {
  while (write({ method: "window/logMessage", params: { type: 3, message: "x".repeat(1000) } }));
  output.once("drain", flood);
};
const diagnose = ({ uri, version, text }) => {
  if (text.startsWith("die")) process.exit(1);
  if (modes.includes("mute")) return;
  while (modes.includes("gated") && !existsSync(modes.at(-1))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  const lines = text.split("\n").map((line, at) => ({ at, from: line.indexOf("wrong") }));
  const diagnostics = lines
    .filter(({ from }) => from >= 0)
    .map(({ at, from }) => ({
      range: { start: { line: at, character: from }, end: { line: at, character: from + 5 } },
      message: settings ? JSON.stringify(settings) : "This is wrong.",
      source: "words",
    }));
  write({ method: "textDocument/publishDiagnostics", params: { uri, version, diagnostics } });
};
const ANSWERS = {
  initialize: ({ id, params }) => {
    write({ id, result: { capabilities: { textDocumentSync: 1 } } });
    if (modes.includes("settings")) settings = { options: params.initializationOptions };
  },
  initialized: () => {
    if (modes.includes("flood")) flood();
    if (modes.includes("settings")) write({ id: 1, method: "workspace/configuration", params: { items: [{ section: "words.level" }] } });
  },
  shutdown: ({ id }) => write({ id, result: null }),
  exit: () => process.exit(0),
  "textDocument/didOpen": ({ params }) => diagnose(params.textDocument),
  "textDocument/didChange": ({ params }) => diagnose({ ...params.textDocument, text: params.contentChanges[0].text }),
};

input.on("data", (bytes) => {
  held = Buffer.concat([held, bytes]);
  for (;;) {
    const end = held.indexOf("\r\n\r\n");
    const length = end < 0 ? Infinity : Number(/Content-Length: (\d+)/i.exec(held.subarray(0, end).toString())?.[1]);
    if (held.length < end + 4 + length) return;
    const message = JSON.parse(held.subarray(end + 4, end + 4 + length).toString());
    held = held.subarray(end + 4 + length);
    if (message.method === undefined) settings.section = message.result[0];
    else ANSWERS[message.method]?.(message);
  }
});
