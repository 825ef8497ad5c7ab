// The least that an agent does: one streamed request, its text printed. What keelson's start is compared with. `bare.mjs URL BODY`
const [url, body] = process.argv.slice(2);
const response = await fetch(`${url}/v1/messages`, { method: "POST", headers: { "content-type": "application/json" }, body });
const events = (await response.text()).split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));
process.stdout.write(`${events.map((event) => event.delta?.text ?? "").join("")}\n`);
