/** The tools that other hosts' events about files and commands mean. */
export const SHELL_TOOLS = ["Bash"] as const;
export const READ_TOOLS = ["Read"] as const;
export const EDIT_TOOLS = ["Edit", "MultiEdit", "Write", "NotebookEdit"] as const;
export const MCP_TOOLS = ["mcp__*"] as const;
