// Simulates in node what a test asks for: `node simulate.mjs ASKED.json`, where the file holds the
// path of a page's data, and a list of simulations with the outcomes wanted of each. Every outcome
// becomes a file of doubles beside it, its name and shape a row of what is printed as JSON.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const { data, engine: module, asked } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { openEngine } = await import(module);
const engine = await openEngine(JSON.parse(readFileSync(data, "utf8")));
const rows = [];
for (const [number, { outcomes, settings, check, story, explain, shares, effects, ...ask }] of asked.entries()) {
  const row = { arrays: [] };
  if (check) row.check = engine.check(check);
  if (settings) row.settings = engine.settings(ask.changes ?? {});
  if (outcomes) {
    const result = await engine.simulate(ask);
    for (const variant of ask.variants) {
      for (const outcome of outcomes) {
        const { dims, shape, data: values } = result.outcome(outcome, variant);
        const file = join(dirname(process.argv[2]), `${number}-${variant}-${outcome}.bin`);
        writeFileSync(file, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
        row.arrays.push({ variant, outcome, dims, shape, file });
      }
    }
    if (shares) row.shares = result.shares(...shares);
    if (effects) row.effects = effects.map((each) => result.effect(...each));
  }
  if (story) row.story = await engine.story(story);
  if (explain) row.explain = await engine.explain(explain);
  rows.push(row);
}
engine.close();
process.stdout.write(JSON.stringify(rows));
