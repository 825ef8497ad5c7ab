import { strict as assert } from "node:assert";
import { truncate } from "node:fs/promises";
import type { Block } from "@keelson/protocol";
import { describe, test } from "vitest";
import { gif, jpeg, pdf, png, webp } from "../../test/media.ts";
import { openWorld, type Answer } from "../../test/world.ts";
import { imageIn } from "./header.ts";

/** What Read makes of a file with these bytes. */
async function reading(name: string, bytes: Uint8Array): Promise<Answer & { readonly blocks: readonly Block[]; readonly path: string }> {
  await using world = await openWorld();
  const path = await world.put(name, bytes);
  const answer = await world.call("Read", { file_path: name });
  return { ...answer, blocks: answer.output.content, path };
}

describe("an image", () => {
  test.each<[string, Buffer, string, number, number]>([
    ["PNG", png(30, 20), "image/png", 30, 20],
    ["JPEG", jpeg(300, 200), "image/jpeg", 300, 200],
    ["JPEG", jpeg(301, 201, 0xc2), "image/jpeg", 301, 201],
    ["GIF", gif(5, 600), "image/gif", 5, 600],
    ["WebP", webp("VP8 ", 176, 144), "image/webp", 176, 144],
    ["WebP", webp("VP8L", 400, 301), "image/webp", 400, 301],
    ["WebP", webp("VP8X", 4001, 302), "image/webp", 4001, 302],
  ])("%s is known by its bytes, whatever its name, and shown as it is", async (name, bytes, type, width, height) => {
    const { isError, blocks, output, path, text } = await reading("picture.txt", bytes);
    assert.deepEqual(
      [isError, blocks.map((block) => block.type), blocks[1]?.["source"]],
      [false, ["text", "image"], { type: "base64", media_type: type, data: bytes.toString("base64") }],
    );
    assert.ok(text.startsWith(`[${path}: ${name} image, ${width} × ${height}, `), text);
    assert.deepEqual(output.display, { kind: "image", path, type, width, height, bytes: bytes.length });
  });

  test("may have 8000 pixels a side and 5 MiB in base64, and not one more", async () => {
    assert.equal((await reading("a.png", png(8_000, 3))).isError, false);
    for (const [bytes, words] of [
      [png(8_001, 3), /PNG image, 8001 × 3, .*8000 pixels a side.*magick IN -resize/],
      [png(3, 8_001), /3 × 8001/],
    ] as const) {
      const { isError, text, blocks } = await reading("a.png", bytes);
      assert.deepEqual([isError, blocks.length], [true, 1]);
      assert.match(text, words);
    }
    const room = (5 * 1024 * 1024 * 3) / 4 - png(3, 3, 1).length + 1;
    assert.equal((await reading("a.png", png(3, 3, room))).blocks[1]?.type, "image");
    assert.match((await reading("a.png", png(3, 3, room + 1))).text, /3 × 3, 3\.8 MiB.*3\.8 MiB and 8000/);
  });

  test("of more than is read at once is named as one", async () => {
    await using world = await openWorld();
    const path = await world.put("a.png", png(3, 3));
    await truncate(path, 11 * 1024 * 1024);
    assert.match((await world.call("Read", { file_path: "a.png" })).text, /is a PNG image of 11\.0 MiB.*shrink a copy/);
  });

  test("that is cut or damaged isn't shown: the model's endpoint would refuse it for ever", async () => {
    const whole = { a: png(30, 20), b: jpeg(30, 20), c: webp("VP8L", 30, 20) };
    for (const [name, bytes] of Object.entries(whole)) {
      for (let length = 17; length < bytes.length - 8; length++)
        assert.equal(imageIn(bytes.subarray(0, length))?.size, undefined, `${name} ${length}`);
      const { isError, text } = await reading(name, bytes.subarray(0, 24));
      assert.ok(isError);
      assert.match(text, /image, but is damaged or cut/);
    }
    assert.equal(imageIn(gif(0, 5))?.size, undefined);
    assert.equal(imageIn(Buffer.from("GIF89a"))?.size, undefined);
  });

  test("isn't what only a name says", async () => {
    assert.equal((await reading("a.png", Buffer.from("words\n"))).text, "     1\twords");
    assert.equal((await reading("a.gif", Buffer.from("GIF8 is how they begin\n"))).text, "     1\tGIF8 is how they begin");
  });

  test("counts as read, so that it may be written", async () => {
    await using world = await openWorld();
    await world.put("a.png", png(3, 3));
    await world.call("Read", { file_path: "a.png" });
    assert.equal((await world.call("Write", { file_path: "a.png", content: "x" })).isError, false);
  });
});

describe("a PDF", () => {
  test("is shown as a document", async () => {
    const bytes = pdf(3);
    const { blocks, text, output, path } = await reading("a.pdf", bytes);
    assert.ok(text.startsWith(`[${path}: PDF, 3 pages, `), text);
    const source = { type: "base64", media_type: "application/pdf", data: bytes.toString("base64") };
    assert.deepEqual(blocks[1], { type: "document", source, title: "a.pdf" });
    assert.deepEqual(output.display, { kind: "document", path, type: "application/pdf", bytes: bytes.length, pages: 3 });
  });

  test("whose pages can't be counted cheaply is shown all the same", async () => {
    const { text, isError } = await reading("a.pdf", pdf(2, "/X /ObjStm "));
    assert.deepEqual([isError, /: PDF, \d+ bytes\]|: PDF, [\d.]+ KiB\]/.test(text)], [false, true]);
  });

  test("of more than 100 pages or 5.5 MiB isn't, and the way to a part of it is named", async () => {
    assert.equal((await reading("a.pdf", pdf(100))).isError, false);
    const many = await reading("a.pdf", pdf(101));
    assert.ok(many.isError);
    assert.match(many.text, /and 101 pages.*100 pages.*qpdf.*pdftotext/);
    const large = Buffer.concat([pdf(1), Buffer.alloc(5.5 * 1024 * 1024, " "), Buffer.from("%%EOF\n")]);
    assert.match((await reading("a.pdf", large)).text, /PDF of 5\.5 MiB/);
    assert.match((await reading("a.pdf", Buffer.concat([pdf(1), Buffer.alloc(11 * 1024 * 1024)]))).text, /PDF of 11\.0 MiB/);
  });

  test("that is cut or encrypted isn't shown", async () => {
    assert.match((await reading("a.pdf", pdf(3).subarray(0, 200))).text, /damaged or cut/);
    assert.match((await reading("a.pdf", pdf(3, "/Encrypt 9 0 R "))).text, /encrypted PDF.*qpdf --decrypt/);
    assert.equal((await reading("a.pdf", pdf(3, "/Title (Encrypt) "))).isError, false);
  });

  test("isn't a text that speaks of it", async () => {
    assert.match((await reading("a.ts", Buffer.from('const MAGIC = "%PDF-";\n'))).text, /^ {5}1\tconst MAGIC/);
  });
});
