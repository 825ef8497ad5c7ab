export { realClock, scriptedClock } from "./clock.ts";
export { temporaryHome } from "./home.ts";
export { because, ended, fresh, OPTIONS, pick, player, ports, PROMPT, seal, session, types } from "./house.ts";
export { END, scripted, stop, USAGE, use, type Line, type Script } from "./script.ts";
export { effect, named, tool } from "./tool.ts";
export { testModel, type ModelScene } from "./model-suite.ts";
export { testStore } from "./store-suite.ts";
export { testTool, type ToolScene } from "./tool-suite.ts";
