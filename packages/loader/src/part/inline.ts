/** Commands that stand in the manifest itself, by name: a path, or the text. */
import type { Json, JsonObject, SkillDecl } from "@keelson/protocol";
import { isObject } from "../json.ts";
import { warn } from "../problem.ts";
import { quote } from "../words.ts";
import { names, oneLine, openingOf } from "./field.ts";
import { readTextPart } from "./keep.ts";
import { entryAt, itemsOf } from "./paths.ts";
import type { PartsOf } from "./parts.ts";
import { makeSkill, optional } from "./skill.ts";

export async function inlineCommands(of: PartsOf, field: string): Promise<readonly SkillDecl[]> {
  const found: SkillDecl[] = [];
  for (const document of [of.document, ...(of.more ? [of.more] : [])])
    for (const { value, line } of itemsOf(document, [field]))
      for (const [name, entry] of isObject(value) ? Object.entries(value) : []) {
        const command = await inlineCommand(of, { name, entry, document, line });
        if (command) found.push(command);
        else
          of.disk.report(
            warn(
              { file: document.file, line },
              {
                code: "command_invalid",
                what: `The command ${quote(name)} has neither a source nor a content.`,
                hint: `Add "source": "./file.md".`,
              },
            ),
          );
      }
  return found;
}

type Inline = { readonly name: string; readonly entry: Json; readonly document: PartsOf["document"]; readonly line: number };

async function inlineCommand({ disk, cache }: PartsOf, { name, entry, document, line }: Inline): Promise<SkillDecl | undefined> {
  const fields: JsonObject = typeof entry === "string" ? { source: entry } : isObject(entry) ? entry : {};
  const { source, content } = fields;
  const said = {
    ...optional("description", oneLine(fields["description"])),
    ...optional("argumentHint", oneLine(fields["argumentHint"])),
    ...optional("model", oneLine(fields["model"])),
    ...optional("allowedTools", names(fields["allowedTools"])),
  };
  if (typeof source === "string") {
    const at = entryAt(disk, document, { value: source, line });
    const read =
      at?.kind === "file"
        ? await readTextPart(disk, at, cache.commands, (head) => makeSkill(at.path, head, { named: name, ownName: false }))
        : undefined;
    return read && { ...read, ...said, name };
  }
  if (typeof content !== "string") return undefined;
  const { content: _, ...rest } = fields;
  return { name, file: document.file, line, description: openingOf(content), fields: rest, content, ...said };
}
