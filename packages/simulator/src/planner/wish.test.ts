import { describe, expect, it } from "vitest";
import { wishesIn } from "./wish.ts";

const read = (file: string): object => ({ do: "read", file });
const list = (where: string): object => ({ do: "list", where });
const search = (pattern: string, where?: string): object => ({ do: "search", pattern, where });
const run = (command: string): object => ({ do: "run", command });
const change = (from: string, to: string, file: string, everywhere = false): object => ({ do: "change", from, to, file, everywhere });
const write = (file: string, text: string): object => ({ do: "write", file, text });

describe("a request is understood:", () => {
  it.each<[string, object]>([
    ["read README.md", read("README.md")],
    ["Please show me the file src/a.ts.", read("src/a.ts")],
    ["could you open 'a b.txt'?", read("a b.txt")],
    ["list", list(".")],
    ["list src", list("src")],
    ["list all the files in src/deep", list("src/deep")],
    ["list src/**/*.ts", list("src/**/*.ts")],
    ["ls", list(".")],
    ["search TODO", search("TODO")],
    ["search for TODO in src", search("TODO", "src")],
    ['find "return 80;" in port.js', search("return 80;", "port.js")],
    ["search for f(x)", search("f\\(x\\)")],
    ["grep f.x in src", search("f.x", "src")],
    ["run npm test", run("npm test")],
    ["run `ls -la | wc -l`", run("ls -la | wc -l")],
    ['run echo "a and then b" .', run('echo "a and then b" .')],
    ["change 80 to 8080 in port.js", change("80", "8080", "port.js")],
    ["replace return 80 with return 8080 in port.js.", change("return 80", "return 8080", "port.js")],
    ['replace "a to b" with "c in d" in the file x.txt', change("a to b", "c in d", "x.txt")],
    ["in port.js, change 80 to 8080", change("80", "8080", "port.js")],
    ["replace all 80 with 8080 in port.js", change("80", "8080", "port.js", true)],
    ["change 80 to 8080 everywhere in port.js", change("80", "8080", "port.js", true)],
    ["create a file hello.txt with hello, world", write("hello.txt", "hello, world")],
    ["write “hi” to hello.txt", write("hello.txt", "hi")],
    ["I'd like you to read the team's.txt", read("team's.txt")],
    ["refactor everything", { do: "unknown", words: "refactor everything" }],
    ["read", { do: "unknown", words: "read" }],
    ["hello there", { do: "unknown", words: "hello there" }],
  ])("%s", (prompt, wish) => expect(wishesIn(prompt)).toEqual([wish]));
});

describe("several requests are taken in their order:", () => {
  it.each<[string, readonly object[]]>([
    ["read a.txt and then run ls", [read("a.txt"), run("ls")]],
    ["read a.txt, then list src. Then run ls", [read("a.txt"), list("src"), run("ls")]],
    ["read a.txt and run ls", [read("a.txt"), run("ls")]],
    ["first read a.txt\n\nthen run ls\n", [read("a.txt"), run("ls")]],
    ["search salt and pepper in src", [search("salt and pepper", "src")]],
    ["read a.txt and then juggle", [read("a.txt"), { do: "unknown", words: "juggle" }]],
    ["", []],
    [`read ${"a".repeat(5_000)}`, [{ do: "unknown", words: `read ${"a".repeat(75)}…` }]],
  ])("%s", (prompt, wishes) => expect(wishesIn(prompt)).toEqual(wishes));
});
