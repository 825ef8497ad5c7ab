/** What the model sees of each block, in the order of the alphabet. Written by `npm run shown`, from what the blocks say; a test compares them. */
import type { Tool } from "@keelson/protocol";

export type Shown = Pick<Tool, "name" | "description" | "inputSchema">;

export const SHOWN: readonly Shown[] = [
  {
    name: "Bash",
    description:
      "Runs a command in bash and shows what it prints, its exit code and its folder when that changed.\n- The working directory stays from one command to the next; variables and functions don't.\n- Nothing can answer a prompt: there is no terminal and stdin is empty. Editors and pagers don't open.\n- The command is ended after timeout milliseconds (default 120000, at most 600000).\n- run_in_background: returns at once and has no timeout of its own; for servers, watchers and long builds. Look at it with BashOutput, end it with KillShell. It ends with the session.\n- To find, read or change files use Glob, Grep, Read, Edit and Write instead.",
    inputSchema: {
      type: "object",
      properties: {
        command: { type: "string", minLength: 1, description: "The command" },
        description: { type: "string", description: "What it does, in a few words for the user" },
        timeout: { type: "integer", minimum: 1, maximum: 600000, description: "Milliseconds" },
        run_in_background: { type: "boolean" },
      },
      required: ["command"],
      additionalProperties: false,
    },
  },
  {
    name: "BashOutput",
    description: "Shows what a background command has printed since the last look, and whether it still runs or how it ended.",
    inputSchema: {
      type: "object",
      properties: {
        bash_id: { type: "string", minLength: 1, description: "The id that Bash gave" },
        filter: {
          type: "string",
          minLength: 1,
          description: "Show only new lines that match this regular expression; the others are skipped for good",
        },
      },
      required: ["bash_id"],
      additionalProperties: false,
    },
  },
  {
    name: "Edit",
    description:
      "Replaces text in a file.\n- The file must have been read before, and be unchanged since.\n- old_string must be exactly what stands in the file, indentation included, without the line numbers of Read.\n- It must stand there once: give enough of the lines around it, or set replace_all.\n- An empty old_string creates a new file.",
    inputSchema: {
      type: "object",
      properties: {
        file_path: { type: "string", minLength: 1, description: "The file to change; best as an absolute path" },
        old_string: { type: "string", description: "The text to replace" },
        new_string: { type: "string", description: "What to put in its place" },
        replace_all: { type: "boolean", description: "Replace every occurrence" },
      },
      required: ["file_path", "old_string", "new_string"],
      additionalProperties: false,
    },
  },
  {
    name: "Glob",
    description:
      'Finds files by name, most recently changed first, at most 100.\n- Patterns as in "**/*.ts", "src/**/*.{js,jsx}" or "package.json"; one without a slash fits at any depth.\n- Files that .gitignore names are left out. To search in the content use Grep.',
    inputSchema: {
      type: "object",
      properties: {
        pattern: { type: "string", minLength: 1, description: "The glob pattern" },
        path: { type: "string", minLength: 1, description: "The folder to search; default is the working directory" },
      },
      required: ["pattern"],
      additionalProperties: false,
    },
  },
  {
    name: "Grep",
    description:
      'Searches the content of files with ripgrep.\n- pattern is a regular expression of ripgrep: escape a brace or a parenthesis that is meant as itself.\n- Narrow the search by path, glob ("*.ts", "src/**") or type ("js", "py", "rust").\n- output_mode: files_with_matches (default, newest first), content (lines, with -A, -B, -C around them), count.\n- Files that .gitignore names are left out.',
    inputSchema: {
      type: "object",
      properties: {
        pattern: { type: "string", minLength: 1, description: "The regular expression" },
        path: { type: "string", minLength: 1, description: "The file or folder to search; default is the working directory" },
        glob: { type: "string", minLength: 1, description: "Only files that fit this glob" },
        type: { type: "string", minLength: 1, description: "Only files of this type" },
        output_mode: { type: "string", enum: ["files_with_matches", "content", "count"] },
        "-i": { type: "boolean", description: "Ignore case" },
        "-n": { type: "boolean", description: "Line numbers (content); default true" },
        "-A": { type: "integer", minimum: 0, description: "Lines after each match (content)" },
        "-B": { type: "integer", minimum: 0, description: "Lines before each match (content)" },
        "-C": { type: "integer", minimum: 0, description: "Lines around each match (content)" },
        multiline: { type: "boolean", description: "Let a match, and the dot, go over line ends" },
        head_limit: { type: "integer", minimum: 0, description: "Only the first so many lines of the answer" },
      },
      required: ["pattern"],
      additionalProperties: false,
    },
  },
  {
    name: "KillShell",
    description: "Ends a background command, with all that it has started.",
    inputSchema: {
      type: "object",
      properties: { shell_id: { type: "string", minLength: 1, description: "The id that Bash gave" } },
      required: ["shell_id"],
      additionalProperties: false,
    },
  },
  {
    name: "LS",
    description:
      "Lists a folder and what is beneath it as a tree, at most 500 entries.\n- What .gitignore names is listed too. To find files by name use Glob.",
    inputSchema: {
      type: "object",
      properties: {
        path: { type: "string", minLength: 1, description: "The folder to list; best as an absolute path" },
        ignore: {
          type: "array",
          items: { type: "string", minLength: 1, description: "A glob" },
          description: "Leave out what fits these globs",
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  {
    name: "MultiEdit",
    description:
      "Makes several replacements in one file: all of them, or none when one can't be made.\n- They are made in their order, each on what the one before it left. What holds for Edit holds for each.",
    inputSchema: {
      type: "object",
      properties: {
        file_path: { type: "string", minLength: 1, description: "The file to change; best as an absolute path" },
        edits: {
          minItems: 1,
          maxItems: 200,
          type: "array",
          items: {
            type: "object",
            properties: {
              old_string: { type: "string", description: "The text to replace" },
              new_string: { type: "string", description: "What to put in its place" },
              replace_all: { type: "boolean", description: "Replace every occurrence" },
            },
            required: ["old_string", "new_string"],
          },
        },
      },
      required: ["file_path", "edits"],
      additionalProperties: false,
    },
  },
  {
    name: "NotebookEdit",
    description:
      "Changes one cell of a Jupyter notebook that has been read before.\n- edit_mode replace (default) or delete: cell_id is the cell, as Read names it.\n- edit_mode insert: the new cell stands behind cell_id, or first without one; give cell_type.\n- Outputs stay as they were until the notebook is run.",
    inputSchema: {
      type: "object",
      properties: {
        notebook_path: { type: "string", minLength: 1, description: "The .ipynb file; best as an absolute path" },
        cell_id: { type: "string", minLength: 1 },
        new_source: { type: "string", description: "The whole source of the cell" },
        cell_type: { type: "string", enum: ["code", "markdown", "raw"] },
        edit_mode: { type: "string", enum: ["replace", "insert", "delete"] },
      },
      required: ["notebook_path", "new_source"],
      additionalProperties: false,
    },
  },
  {
    name: "Read",
    description:
      "Reads a file. Text is shown with line numbers; images (PNG, JPEG, GIF, WebP) and PDFs as they are; notebooks (.ipynb) as cells with their outputs.\n- Without offset and limit it shows the first 2000 lines; lines over 2000 characters are cut. In a notebook they count cells.\n- A file must be read before Edit or Write may change it.\n- Several files can be read in one reply.\n- It doesn't list folders: use Glob, or ls in Bash.",
    inputSchema: {
      type: "object",
      properties: {
        file_path: { type: "string", minLength: 1, description: "The file to read; best as an absolute path" },
        offset: { type: "integer", minimum: 0, description: "The first line to show, from 1" },
        limit: { type: "integer", minimum: 1, description: "How many lines to show" },
      },
      required: ["file_path"],
      additionalProperties: false,
    },
  },
  {
    name: "TodoWrite",
    description:
      "Keeps the list of steps of the work, which the user sees. Use it when there are three or more.\n- Send the whole list each time; what isn't in it is gone.\n- Mark a step in_progress before you begin it and completed as soon as it is done; one at a time.",
    inputSchema: {
      type: "object",
      properties: {
        todos: {
          maxItems: 200,
          type: "array",
          items: {
            type: "object",
            properties: {
              content: { type: "string", minLength: 1, maxLength: 2000, description: "The step, as an order" },
              status: { type: "string", enum: ["pending", "in_progress", "completed"] },
              activeForm: { type: "string", minLength: 1, maxLength: 2000, description: "The same while it is done: Running the tests" },
            },
            required: ["content", "status"],
          },
        },
      },
      required: ["todos"],
      additionalProperties: false,
    },
  },
  {
    name: "Write",
    description:
      "Writes a whole file: creates it, with the folders it needs, or replaces all of its content.\n- A file that exists must have been read before, and be unchanged since.\n- To change a part of a file use Edit.",
    inputSchema: {
      type: "object",
      properties: {
        file_path: { type: "string", minLength: 1, description: "The file to write; best as an absolute path" },
        content: { type: "string", description: "The whole new content" },
      },
      required: ["file_path", "content"],
      additionalProperties: false,
    },
  },
];
