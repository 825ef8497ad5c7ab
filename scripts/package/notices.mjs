// What the bundle carries of others, and under which licences: most of them ask that their text goes along.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `inputs`: the files that the bundle was made of, from `root`. A package without a licence's text ends the build: look at it by hand. */
export function noticesOf(root, inputs) {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const notices = [...folders].map((folder) => noticeOf(join(root, folder)));
  return `The published command contains these packages.\n\n${[...new Set(notices)].toSorted().join("\n\n")}\n`;
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} is bundled and has no licence's text in ${folder}.`);
  return `--- ${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
}
