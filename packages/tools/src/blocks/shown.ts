/** What the model sees of each block, in the order of the alphabet. Written by `npm run shown`, from what the blocks say; a test compares them. */
import type { Tool } from "@keelson/protocol";

export type Shown = Pick<Tool, "name" | "description" | "inputSchema">;

export const SHOWN: readonly Shown[] = [
  {
    name: "Agent",
    description:
      "Hands a part of the work to a sub-agent with a context of its own; you get its answer. Several in one reply run at once.\n- For broad searches, for independent parts, for work whose details you don't need. For one file that you know, use Read.\n- It can't ask you anything: say all that matters, what to do and what to answer with.\n- run_in_background: you go on at once and are told when it ends. SendMessage reaches it meanwhile and afterwards, TaskStop ends it.\n- isolation worktree: it works in a git working tree of its own; what it leaves there is kept and named.",
    inputSchema: {
      type: "object",
      properties: {
        description: { type: "string", minLength: 1, maxLength: 200, description: "The work in three to five words, for the user" },
        prompt: {
          type: "string",
          minLength: 1,
          maxLength: 100000,
          description: "All that the agent must know: it sees nothing else of this conversation",
        },
        subagent_type: { type: "string", minLength: 1, description: "The kind of agent, by name; fork is yourself with all you know" },
        model: { type: "string", minLength: 1 },
        run_in_background: { type: "boolean" },
        isolation: { type: "string", enum: ["worktree"] },
        name: { type: "string", pattern: "^[A-Za-z0-9][\\w:.-]{0,63}$", description: "By which SendMessage reaches it" },
      },
      required: ["description", "prompt"],
      additionalProperties: false,
    },
  },
  {
    name: "AskUserQuestion",
    description:
      "Asks the user to choose, when the work can go on in different ways and only they can decide. They may always answer in words of their own. Don't ask what you can find out, nor whether you may use a tool.",
    inputSchema: {
      type: "object",
      properties: {
        questions: {
          minItems: 1,
          maxItems: 4,
          type: "array",
          items: {
            type: "object",
            properties: {
              question: { type: "string", minLength: 1, maxLength: 2000, description: "The whole question, with its question mark" },
              header: { type: "string", minLength: 1, maxLength: 40, description: "A word or two that stand for it" },
              options: {
                minItems: 2,
                maxItems: 4,
                type: "array",
                items: {
                  type: "object",
                  properties: {
                    label: { type: "string", minLength: 1, maxLength: 200, description: "The choice, in one to five words" },
                    description: { type: "string", minLength: 1, maxLength: 2000, description: "What it means" },
                  },
                  required: ["label"],
                },
              },
              multiSelect: { type: "boolean" },
            },
            required: ["question", "header", "options"],
          },
        },
        answers: {
          type: "object",
          propertyNames: { type: "string" },
          additionalProperties: { type: "string" },
          description: "Filled in by the user, by question; leave it out",
        },
      },
      required: ["questions"],
      additionalProperties: false,
    },
  },
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
    name: "EnterPlanMode",
    description:
      "Asks the user to go into plan mode: you look around and plan, and change nothing until they agree to the plan. For work that is large or can be done in several ways.",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
  },
  {
    name: "EnterWorktree",
    description: "Makes a git working tree with a branch of its own and moves the session into it. Only when the user asks for one.",
    inputSchema: {
      type: "object",
      properties: { name: { type: "string", pattern: "^[A-Za-z0-9][\\w.-]{0,63}$" } },
      additionalProperties: false,
    },
  },
  {
    name: "ExitPlanMode",
    description:
      "Shows the user your plan and asks whether you may carry it out. Only in plan mode, and only when nothing is open any more.",
    inputSchema: {
      type: "object",
      properties: { plan: { type: "string", minLength: 1, maxLength: 100000, description: "The plan, in markdown" } },
      required: ["plan"],
      additionalProperties: false,
    },
  },
  {
    name: "ExitWorktree",
    description: "Moves the session back from its working tree, which is kept or removed.",
    inputSchema: {
      type: "object",
      properties: {
        action: { type: "string", enum: ["keep", "remove"] },
        discard_changes: { type: "boolean", description: "Remove it although there is work in it that stands nowhere else" },
      },
      required: ["action"],
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
    name: "SendMessage",
    description:
      "Sends a message to a sub-agent of this session. One that works reads it after its next step; one that has ended goes on with it in the background.",
    inputSchema: {
      type: "object",
      properties: {
        to: { type: "string", minLength: 1, description: "The agent's id or name" },
        message: { type: "string", minLength: 1, maxLength: 100000 },
      },
      required: ["to", "message"],
      additionalProperties: false,
    },
  },
  {
    name: "TaskCreate",
    description:
      "Adds a task to the session's board, which you share with your agents. For work with parts that depend on one another or go to others; for a plain list of steps use TodoWrite.",
    inputSchema: {
      type: "object",
      properties: {
        subject: { type: "string", minLength: 1, maxLength: 10000, description: "The task, as an order, in a few words" },
        description: { type: "string", minLength: 1, maxLength: 10000, description: "What is to be done, and how one sees that it is" },
        activeForm: { type: "string", minLength: 1, maxLength: 10000, description: "The same while it is done: Running the tests" },
        metadata: { type: "object", propertyNames: { type: "string" }, additionalProperties: { $ref: "#/$defs/__schema0" } },
      },
      required: ["subject", "description"],
      $defs: {
        __schema0: {
          anyOf: [
            { type: "string" },
            { type: "number" },
            { type: "boolean" },
            { type: "null" },
            { type: "array", items: { $ref: "#/$defs/__schema0" } },
            { type: "object", propertyNames: { type: "string" }, additionalProperties: { $ref: "#/$defs/__schema0" } },
          ],
        },
      },
      additionalProperties: false,
    },
  },
  {
    name: "TaskGet",
    description: "Shows one task of the board with all that is known of it.",
    inputSchema: {
      type: "object",
      properties: { taskId: { type: "string", minLength: 1 } },
      required: ["taskId"],
      additionalProperties: false,
    },
  },
  {
    name: "TaskList",
    description: "Lists the tasks of the board: who works on them, and what they wait for.",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
  },
  {
    name: "TaskOutput",
    description: "Shows what a background command or agent has come to. Waits for its end unless block is false.",
    inputSchema: {
      type: "object",
      properties: {
        task_id: { type: "string", minLength: 1, description: "The id that Bash or Agent gave" },
        block: { type: "boolean", description: "Wait until it has ended; true unless said otherwise" },
        timeout: { type: "integer", minimum: 0, maximum: 600000, description: "Milliseconds to wait at most" },
      },
      required: ["task_id"],
      additionalProperties: false,
    },
  },
  {
    name: "TaskStop",
    description: "Ends a background command or agent, with all that it has started.",
    inputSchema: {
      type: "object",
      properties: { task_id: { type: "string", minLength: 1, description: "The id that Bash or Agent gave" } },
      required: ["task_id"],
      additionalProperties: false,
    },
  },
  {
    name: "TaskUpdate",
    description:
      "Changes a task of the board. Take one by setting owner and in_progress before you begin it; set completed as soon as it is done; deleted takes it off the board.",
    inputSchema: {
      type: "object",
      properties: {
        taskId: { type: "string", minLength: 1 },
        status: { type: "string", enum: ["pending", "in_progress", "completed", "deleted"] },
        subject: { type: "string", minLength: 1, maxLength: 10000, description: "The task, as an order" },
        description: { type: "string", minLength: 1, maxLength: 10000, description: "What is to be done" },
        activeForm: { type: "string", minLength: 1, maxLength: 10000, description: "The same while it is done" },
        owner: { type: "string", description: "The agent that works on it; empty for nobody" },
        addBlockedBy: { type: "array", items: { type: "string" } },
        addBlocks: { type: "array", items: { type: "string" } },
        metadata: { type: "object", propertyNames: { type: "string" }, additionalProperties: { $ref: "#/$defs/__schema0" } },
      },
      required: ["taskId"],
      $defs: {
        __schema0: {
          anyOf: [
            { type: "string" },
            { type: "number" },
            { type: "boolean" },
            { type: "null" },
            { type: "array", items: { $ref: "#/$defs/__schema0" } },
            { type: "object", propertyNames: { type: "string" }, additionalProperties: { $ref: "#/$defs/__schema0" } },
          ],
        },
      },
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
