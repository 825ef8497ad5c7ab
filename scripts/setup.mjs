// Installs what the lockfile names, once: a second run in an unchanged checkout costs no more than reading it.
// Runs on whatever Node started npm, so it uses nothing newer than Node 20.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
