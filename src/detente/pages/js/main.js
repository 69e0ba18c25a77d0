// Where the page begins.

import { App } from "./app.js";
import { put } from "./dom.js";
import { openEngine } from "./engine/index.js";
import { Scenario } from "./scenario.js";
import { texts } from "./texts.js";

async function main() {
  const root = document.getElementById("app");
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const page = read("data");
  root.textContent = texts.app.loading;
  try {
    const engine = await openEngine(page, { workerSource: read("worker") });
    document.getElementById("data").remove();
    document.getElementById("worker").remove();
    const app = new App(root, new Scenario(page), engine, texts);
    app.start();
  } catch (error) {
    put(root, `${texts.app.failed} ${error?.message ?? error}`);
    throw error;
  }
}

main();
