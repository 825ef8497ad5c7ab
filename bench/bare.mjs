// The least that an agent does: one streamed request, its text printed. What keelson's start is compared with.
const response = await fetch(`${process.argv[2]}/v1/messages`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "bench", max_tokens: 100, stream: true, messages: [{ role: "user", content: "hi" }] }),
});
const events = (await response.text()).split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));
process.stdout.write(`${events.map((event) => event.delta?.text ?? "").join("")}\n`);
