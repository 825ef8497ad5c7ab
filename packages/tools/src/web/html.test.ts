import { strict as assert } from "node:assert";
import { test } from "vitest";
import { markdownOf } from "./html.ts";

const read = (html: string): string => markdownOf(html, "https://a.org/x/y");

test.each([
  ["headings and paragraphs", "<h1>One <em>two</em></h1><p>three\n four</p>five", "# One two\n\nthree four\n\nfive"],
  ["the title, where the page doesn't begin with it", "<title>A &amp; b</title><p>c", "# A & b\n\nc"],
  [
    "links, as whole addresses",
    '<a href="b?c=(1)">t</a> <a href="/z"><b>u</b></a>',
    "[t](https://a.org/x/b?c=%281%29) [u](https://a.org/z)",
  ],
  ["lists within lists", "<ul><li>a<li>b<ol start=3><li>c</li><li>d</ol></ul>e", "- a\n- b\n\n  3. c\n  4. d\n\ne"],
  ["code with its spaces", "<pre><code>a\n\n\n  b &lt; c\n</code></pre><p>use <code>x  y</code>", "```\na\n\n\n  b < c\n```\n\nuse `x y`"],
  ["code that holds a fence", "<pre>```\n</pre>", "````\n```\n````"],
  ["quotes", "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"],
  ["tables", "<table><tr><th>k<th>v<tr><td>a|b<td>1<br>2</table>", "| k | v |\n| --- | --- |\n| a\\|b | 1 2 |"],
  ["an image by its description", '<p>a <img src="http://evil.example/?q" alt="a cat"> b', "a [image: a cat] b"],
  ["entities of any name", "&eacute;&#8364;&#x1F600;&hellip;&zzz;", "é€😀…&zzz;"],
  ["lines", "a<br>b<hr>c", "a\nb\n\n---\n\nc"],
])("shows %s", (_, html, shown) => {
  assert.equal(read(html), shown);
});

test.each([
  ["scripts and styles", "<script>if (a<b) '</p>'</script><style>p{}</style>"],
  ["comments", "<!-- evil --><!doctype x>"],
  [
    "what is hidden",
    '<p hidden>x</p><div style="color:red; display : none"><p>x</p></div><b style="visibility:hidden">x</b><i style="font-size:0px">x</i><u style="opacity: 0">x</u>',
  ],
  [
    "what only other programs show",
    "<svg><title>x</title><text>y</text></svg><iframe>x</iframe><noscript>x</noscript><template>x</template><textarea>x</textarea>",
  ],
])("leaves out %s", (_, html) => {
  assert.equal(read(`<p>a</p>${html}<p>b</p>`).replace("# x\n\n", ""), "a\n\nb");
});

test("a link that is no web address is its words alone", () => {
  for (const href of ["javascript:alert(1)", "data:text/html,x", "#part", "http://[", `/${"x".repeat(2_000)}`])
    assert.equal(read(`<a href="${href}">t</a>`), "t");
});

test("a small opacity or size is still seen", () => {
  assert.equal(read('<p style="opacity:0.5">a</p><p style="font-size:0.8em">b</p>'), "a\n\nb");
});

test.each([
  ["elements within each other", "<blockquote>".repeat(200_000)],
  ["lists within each other", "<ul><li>".repeat(100_000)],
  ["links that aren't closed", "<div><a href=x>y".repeat(100_000)],
  ["code of fences", `<pre>${"```\n".repeat(500_000)}`],
  ["spaces", `a${" \n".repeat(1_000_000)}`],
  ["what begins as a tag", "<".repeat(1_000_000)],
  ["attributes", `<a ${"x=1 ".repeat(500_000)}>`],
])("any number of %s comes to an end", (_, html) => {
  assert.ok(read(html).length <= 3 * html.length);
});
