// Unit tests of the engine in the page: `node --test` with PAGE_DATA, the data of bagram-2025.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";

const folder = process.env.PAGE_ENGINE;
const { openEngine } = await import(`${folder}/index.js`);
const { Machine } = await import(`${folder}/machine.js`);
const { read, Refused } = await import(`${folder}/quantity.js`);
const { quantile } = await import(`${folder}/result.js`);
const data = JSON.parse(readFileSync(process.env.PAGE_DATA, "utf8"));
const position = "countries.PAK.preferences.foreign_basing.position";

let engine;
before(async () => {
  engine = await openEngine(data);
});

test("a quantile lies between two numbers by their distance", () => {
  assert.equal(quantile([1, 2, 4], 0.5), 2);
  assert.equal(quantile([1, 2, 4], 0.75), 3);
  assert.equal(quantile([5], 0.05), 5);
});

test("a number is held to its range", () => {
  assert.equal(read(0.3, 0, 1), 0.3);
  assert.throws(() => read(1.3, 0, 1), /1.3 is out of range: from 0 to 1/);
  for (const value of ["0.3", NaN, true, undefined, [0.3]]) {
    assert.throws(() => read(value, 0, 1), Refused);
  }
});

test("a distribution is read as the model takes it", () => {
  assert.deepEqual(read({ normal: [0.5, 0.1] }, 0, 1).ends, [0, 1]);
  assert.deepEqual(read({ beta: [2, 5] }, -1, 2).ends, [0, 1]);
  assert.deepEqual(read({ choice: { 0.9: 1, 0.1: 3 } }, 0, 1).listed, [0.1, 0.9]);
  assert.deepEqual(read({ choice: { 0.9: 1, 0.1: 3 } }, 0, 1).edge, [0.75, 1]);
});

for (const [value, said] of [
  [{ normal: [0.5] }, /expected normal: \[mean, standard deviation\]/],
  [{ normal: [0.5, 0] }, /the spread must be above 0/],
  [{ uniform: [0.6, 0.2] }, /low must be below high/],
  [{ uniform: [2, 3] }, /outside the range from 0 to 1/],
  [{ triangular: [0, 2, 1] }, /the mode must lie between the ends/],
  [{ beta: [0, 1] }, /alpha and beta must be above 0/],
  [{ beta: [2e6, 1] }, /alpha and beta must be at most 1,000,000/],
  [{ gauss: [0, 1] }, /'gauss' is not a distribution/],
  [{ choice: [] }, /expected choice/],
  [{ choice: { 0.1: -1 } }, /0 or more/],
  [{}, /expected one kind/],
]) {
  test(`it refuses ${JSON.stringify(value)}`, () => assert.throws(() => read(value, 0, 1), said));
}

test("what the model lacks throws when it is called", async () => {
  // (module (import "env" "lost" (func)) (export "call" (func 0)) (global (export "__heap_base") i32 0))
  const bytes = Uint8Array.of(
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 12, 1, 3, 101, 110, 118, 4, 108, 111, 115,
    116, 0, 0, 6, 6, 1, 127, 0, 65, 0, 11, 7, 22, 2, 4, 99, 97, 108, 108, 0, 0, 11, 95, 95, 104,
    101, 97, 112, 95, 98, 97, 115, 101, 3, 0,
  );
  const machine = await Machine.open(bytes, {});
  assert.throws(() => machine.exports.call(), /the model has no lost/);
});

test("runs are the same however they are cut", async () => {
  const whole = await engine.simulate({ variants: ["demand"], runs: 130 });
  const part = await engine.simulate({ variants: ["demand"], runs: 7, firstRun: 100 });
  const size = whole.outcome("tilt", "demand").data.length / 130;
  const from = whole.outcome("tilt", "demand").data.subarray(100 * size, 107 * size);
  assert.deepEqual(part.outcome("tilt", "demand").data, from);
});

test("a newer call of a lane ends the older one", async () => {
  const older = engine.simulate({ variants: ["demand", "no_move"], runs: 300, lane: "main" });
  const newer = engine.simulate({ variants: ["demand"], runs: 20, lane: "main" });
  await assert.rejects(older, { name: "AbortError" });
  assert.equal((await newer).runs, 20);
});

test("a call ends when it is aborted", async () => {
  const controller = new AbortController();
  const asked = { variants: ["demand"], runs: 300 };
  const call = engine.simulate(asked, { signal: controller.signal });
  controller.abort();
  await assert.rejects(call, { name: "AbortError" });
  await assert.rejects(engine.simulate(asked, { signal: controller.signal }), { name: "AbortError" });
});

test("another seed draws other runs, and the same the same", async () => {
  const ask = async (seed) =>
    (await engine.simulate({ variants: ["demand"], runs: 10, seed })).outcome("tilt", "demand").data;
  assert.deepEqual(await ask("5"), await ask(5n));
  assert.notDeepEqual(await ask("5"), await ask("6"));
});

test("shares add up, and fans rise", async () => {
  const result = await engine.simulate({ variants: ["demand", "no_move"], runs: 60 });
  for (const which of ["first", "last"]) {
    const shares = result.shares("us_demand", "demand", which);
    shares.forEach((row, i) => {
      const whole = row.reduce((a, b) => a + b);
      if (engine.about.countries[i] !== "USA") assert.ok(Math.abs(whole - 1) < 1e-12);
    });
  }
  assert.ok(result.shares("us_demand", "no_move").flat().every(Number.isNaN));
  const fan = result.fan("revealed", "demand");
  fan.q5.forEach((low, at) => assert.ok(low <= fan.q50[at] && fan.q50[at] <= fan.q95[at]));
  const [effect] = result.effect("tension", "demand", "no_move");
  assert.ok(effect.low <= effect.mean && effect.mean <= effect.high && effect.runs === 60);
});

test("a story tells what the runs hold", async () => {
  const story = await engine.story({ variant: "demand", run: 3 });
  const result = await engine.simulate({ variants: ["demand"], runs: 1, firstRun: 3 });
  const demand = story.find((act) => act.event === "us_demand" && act.response === null);
  assert.equal(demand.country, "USA");
  assert.equal(demand.date, "2025-09-15");
  assert.deepEqual(story, [...story].sort((one, other) => one.step - other.step));
  const { countries, responses, events } = engine.about;
  const last = result.outcome("last_response", "demand").data;
  countries.forEach((country, i) => {
    const own = story.filter((a) => a.event === "us_demand" && a.country === country && a.response);
    const ended = responses[last[i * events.length + events.indexOf("us_demand")]];
    if (own.length > 0) assert.equal(own.at(-1).response, ended);
  });
});

test("the typical run is more like the others than the surprising one", async () => {
  const result = await engine.simulate({ variants: ["demand"], runs: 50, firstRun: 10 });
  const likeness = result.likeness("demand");
  const [typical, surprising] = [engine.typical(result, "demand"), engine.surprising(result, "demand")];
  assert.ok(typical >= 10 && typical < 60);
  assert.equal(likeness[typical - 10], Math.max(...likeness));
  assert.equal(likeness[surprising - 10], Math.min(...likeness));
});

for (const [path, value, said] of [
  ["countries.PAK.resolv", 0.5, /there is no 'countries.PAK.resolv'/],
  [position, 1.5, /out of range/],
  [position, { normal: [50, 1] }, /outside the range/],
  [position, null, /must stand here/],
  ["events.us_demand.at", "2025-09-01", /before the start/],
  ["events.us_demand.at", "2027-09-01", /outside the run/],
  ["events.us_demand.at", "tomorrow", /expected a date/],
  ["events.us_demand.asks", ["USA"], /does not ask itself/],
  ["events.us_demand.asks", ["AFG", "AFG"], /asked twice/],
  ["events.us_demand.asks", ["XYZ"], /unknown country/],
  ["events.us_demand.type", "SHOUT", /not a PLOVER type/],
  ["rule.PAK", "stubborn", /none of its rules/],
]) {
  test(`it checks ${path}: ${JSON.stringify(value)}`, () => {
    const [found] = engine.check({ [path]: value });
    assert.equal(found.path, path);
    assert.match(found.message, said);
  });
}

test("what is as it was is accepted", () => {
  for (const { path, kind, default: given } of data.paths) {
    if (given === null || kind === "list") continue;
    const value = given?.plain ?? given;
    assert.deepEqual(engine.check({ [path]: value }), [], path);
  }
});

test("an event that needs consent proposes something", () => {
  const issues = data.paths.filter((row) => row.event === "us_demand" && row.field === "proposes");
  const event = data.scenario.events.find((each) => each.id === "us_demand");
  const without = Object.fromEntries(
    issues.filter((row) => row.issue in event.proposes).map((row) => [row.path, null]),
  );
  const other = issues.find((row) => !(row.issue in event.proposes)).path;
  assert.ok(event.consent);
  assert.throws(() => engine.course("demand", without), /proposes nothing/);
  assert.ok(engine.course("demand", { ...without, [other]: 0.5 }));
});
