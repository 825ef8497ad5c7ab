// The least agent there is: asks by fetch, runs what it is told (a shell or a read), sends the result back, until nothing is asked for.
// Its third word names a file with all of a request but the messages, so that it sends the bytes that keelson does.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const [url, prompt, file] = process.argv.slice(2);
const head = JSON.parse(readFileSync(file, "utf8"));
const messages = [{ role: "user", content: prompt }];
for (;;) {
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...head, messages }),
  });
  const blocks = [];
  let buffered = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    buffered += chunk;
    for (let end = buffered.indexOf("\n\n"); end >= 0; end = buffered.indexOf("\n\n")) {
      take(buffered.slice(0, end));
      buffered = buffered.slice(end + 2);
    }
  }
  messages.push({
    role: "assistant",
    content: blocks.map(({ json, ...block }) => (json === undefined ? block : { ...block, input: JSON.parse(json) })),
  });
  const calls = messages.at(-1).content.filter((block) => block.type === "tool_use");
  if (calls.length === 0) break;
  messages.push({
    role: "user",
    content: await Promise.all(
      calls.map(async ({ id, name, input }) => ({ type: "tool_result", tool_use_id: id, content: await run(name, input) })),
    ),
  });

  function take(event) {
    const data = JSON.parse(event.slice(event.indexOf("data: ") + 6));
    if (data.type === "content_block_start") blocks.push(data.content_block);
    const delta = data.delta;
    if (delta?.type === "text_delta") blocks.at(-1).text += delta.text;
    if (delta?.type === "input_json_delta") blocks.at(-1).json = (blocks.at(-1).json ?? "") + delta.partial_json;
  }
}

async function run(name, { command, file_path: path }) {
  if (name === "Read") return readFileSync(path, "utf8");
  const child = spawn("/bin/bash", ["--noprofile", "--norc", "-c", command], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  await new Promise((done) => child.on("close", done));
  return output;
}
