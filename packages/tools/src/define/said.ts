/** What a tool answers. */
import { text, type ToolOutput } from "@keelson/protocol";

export function said(words: string, more: Omit<ToolOutput, "content"> = {}): ToolOutput {
  return { content: [text(words)], ...more };
}

/** An outcome that was to be expected, in words that tell the model what to do next. */
export function failed(words: string, more: Omit<ToolOutput, "content" | "isError"> = {}): ToolOutput {
  return { content: [text(words)], isError: true, ...more };
}
