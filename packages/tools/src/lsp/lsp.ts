/** LSP: where a name stands, who uses it, what it is, from the language server of its file. Rule: a file that may not be read is left out of the answers. */
import * as z from "zod/mini";
import type { Tool, ToolOutput } from "@keelson/protocol";
import type { BlockKit } from "../blocks/kit.ts";
import { searched } from "../blocks/ripgrep.ts";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { linesOf } from "../text/lines.ts";
import { inquire } from "./inquire.ts";
import { OPERATIONS, PLACED, type Operation } from "./operations.ts";
import type { Lsp } from "./ports.ts";
import { showFound } from "./show-found.ts";

const MOST_READ = 4 * 1024 * 1024; // bytes
const PATIENCE = 30_000; // milliseconds; a server may still be reading the project

const DESCRIPTION = `Asks the language server of a file. It knows names and types, where a search for text only sees letters.
- goToDefinition, goToImplementation, findReferences, hover: of the name at line and character, as Read and Grep count them, from 1. In place of character, symbol names what stands on that line.
- documentSymbol: what a file declares. workspaceSymbol: declarations by name (query) in the project; filePath is any file of its language.
- prepareCallHierarchy, incomingCalls, outgoingCalls: the function at a place, what calls it, what it calls.
- Answers are path:line:character with the line that stands there.`;

const place = (about: string) => z.optional(z.int().check(z.gte(1), z.describe(about)));
const input = z.object({
  operation: z.enum(OPERATIONS),
  filePath: systemText("The file; best as an absolute path"),
  line: place("The line of the name, from 1"),
  character: place("Where on the line the name stands, from 1"),
  symbol: z.optional(systemText("The name on that line, in place of character")),
  query: z.optional(systemText("workspaceSymbol: the name, or a part of it")),
});
type Input = z.infer<typeof input>;

export function lspBlock(kit: BlockKit): Tool {
  return defineTool<Input>({
    name: "LSP",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, filePath: absolutePath(asked.filePath, cwd, kit.home) }),
    effects: ({ filePath }, cwd) => [{ do: "read", path: filePath }, searched(cwd, kit.hidden)],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    validate: async (asked) => whatIsMissing(asked),
    async *run(asked, { cwd, signal }) {
      if (!kit.lsp) return failed("No language server is here. Use Grep and Read.");
      const over = AbortSignal.timeout(PATIENCE);
      try {
        return await answer(kit, kit.lsp, { asked, cwd, signal: AbortSignal.any([signal, over]) });
      } catch (error) {
        if (signal.aborted || !over.aborted) throw error;
        return failed(
          `The language server gave no answer in ${PATIENCE / 1_000} seconds. It may still be reading the project: try again later, or use Grep.`,
        );
      }
    },
  });
}

function whatIsMissing({ operation, line, character, symbol, query }: Input): string | undefined {
  if (operation === "workspaceSymbol" && query === undefined) return "workspaceSymbol needs query: the name to look for.";
  if (!PLACED.includes(operation)) return undefined;
  if (line === undefined) return `${operation} needs line: where the name stands.`;
  return character === undefined && symbol === undefined ? `${operation} needs character, or symbol: the name on that line.` : undefined;
}

type Call = { readonly asked: Input; readonly cwd: string; readonly signal: AbortSignal };

async function answer(kit: BlockKit, lsp: Lsp, { asked, cwd, signal }: Call): Promise<ToolOutput> {
  const { operation, filePath, query = "" } = asked;
  const { bytes } = await kit.files.read(filePath, MOST_READ);
  const character = characterOf(asked, new TextDecoder().decode(bytes));
  if (typeof character === "string") return failed(character);
  const position = { line: (asked.line ?? 1) - 1, character: character - 1 };
  const found = await inquire({ operation, path: filePath, position, query }, (method, params) =>
    lsp.ask(filePath, method, params, signal),
  );
  if (typeof found === "string") return failed(found);
  const shown = await showFound(found, { ...kit, cwd });
  return said(shown ?? NOTHING[operation]);
}

/** Or why there is none. */
function characterOf({ line = 1, character, symbol, operation }: Input, words: string): number | string {
  if (character !== undefined || symbol === undefined || !PLACED.includes(operation)) return character ?? 1;
  const at = linesOf(words)[line - 1]?.indexOf(symbol) ?? -1;
  return at < 0 ? `${symbol} doesn't stand on line ${line}. Look at the line with Read, or give character.` : at + 1;
}

const NOTHING: Readonly<Record<Operation, string>> = {
  goToDefinition: "No definition was found: see that a name stands at that place.",
  goToImplementation: "No implementation was found.",
  findReferences: "Nothing uses it, as far as the language server knows.",
  hover: "Nothing is known of that place.",
  documentSymbol: "The file declares nothing.",
  workspaceSymbol: "No declaration has such a name.",
  prepareCallHierarchy: "No function stands at that place.",
  incomingCalls: "Nothing calls it, as far as the language server knows.",
  outgoingCalls: "It calls nothing, as far as the language server knows.",
};
