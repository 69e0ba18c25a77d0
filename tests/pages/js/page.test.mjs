// The page's own modules, but for what draws: scores, codes, addresses, files of changes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

const base = new URL("../../../src/detente/pages/js/", import.meta.url);
const load = (name) => import(new URL(name, base));
const { cell, csv, dayOf, listed, percent, signed, stepOf } = await load("format.js");
const { certain, fromCode, pooled, rankedProbability, saltOf, smoothed, toCode } = await load("scoring.js");
const { fromYaml, toYaml } = await load("changes.js");
const { fromHash, initial, toHash } = await load("state.js");
const { Scenario } = await load("scenario.js");
const { texts } = await load("texts.js");

const number = (path, low, high, value, more = {}) => ({ path, kind: "number", low, high, step: 0.01, default: value, label: path, group: { kind: "country", id: "BBB" }, field: "resolve", ...more });
const page = {
  scenario: {
    name: "tea-2025", title: "Tea", start: "2025-01-06", stepDays: 7, steps: 10, runs: 100, seed: "1", theory: "response", mainEvent: "ask", twin: "quiet",
    countries: [{ code: "AAA", name: "Aland" }, { code: "BBB", name: "Bland (of the hills)" }], issues: [{ id: "tea", title: "Tea", statusQuo: 0.2 }], poles: { west: ["AAA"], east: ["BBB"] },
    responses: [
      { id: "warn", title: "Warn", stance: -0.8, kinds: ["move"], openTo: ["asked", "bystander"] },
      { id: "joint", title: "Join", stance: -0.4, kinds: ["move"], openTo: ["asked", "bystander"], collective: true },
      { id: "silent", title: "Stay silent", stance: 0, kinds: ["move", "text"], openTo: ["asked", "bystander"] },
      { id: "host", title: "Host", stance: 1, kinds: ["move"], openTo: ["asked"] },
    ],
    events: [{ id: "ask", title: "Aland asks", kind: "move", at: "2025-01-20", actor: "AAA", asks: [] }, { id: "text", kind: "text", at: 3, actor: "AAA", asks: [], answers: "ask" }],
    variants: [{ id: "asked", title: "Asked", events: ["ask"] }, { id: "quiet", title: "Quiet", events: [] }],
    record: [{ event: "ask", country: "BBB", response: "silent", date: "2025-02-01" }, { event: "ask", country: "BBB", response: "joint", date: "2025-01-21" }],
  },
  paths: [
    number("countries.BBB.resolve", 0, 1, 0.4), number("dependence.BBB.AAA", 0, 1, { mean: 0.3, text: "normal: [0.3, 0.1]" }),
    number("events.ask.proposes.tea", 0, 1, 0.7, { group: { kind: "event", id: "ask" }, variants: ["asked"] }),
    { path: "events.ask.at", kind: "date", low: "2025-01-06", high: "2025-03-10", default: "2025-01-20", group: { kind: "event", id: "ask" }, variants: ["asked"] },
    { path: "events.ask.type", kind: "choice", choices: [{ value: "THREATEN", label: "t" }], default: "REQUEST", group: { kind: "event", id: "ask" }, variants: ["asked"] },
    { path: "events.ask.asks", kind: "list", choices: [{ value: "BBB", label: "B" }], default: [], group: { kind: "event", id: "ask" }, variants: ["asked"] },
  ],
};
const scenario = new Scenario(page);
/** As the engine checks, for what these tests give. */
const check = (changes) => Object.entries(changes).flatMap(([path, value]) => {
  const row = scenario.byPath.get(path);
  return row.kind === "number" && !(typeof value === "number" && value >= row.low && value <= row.high) ? [{ path, message: `must lie between ${row.low} and ${row.high}` }] : [];
});

describe("numbers and dates", () => {
  test("read the same everywhere", () => {
    assert.equal(signed(-0.123), "\u22120.12");
    assert.equal(signed(0.001), "0.00");
    assert.equal(signed(Number.NaN), "\u2013");
    assert.equal(percent(0.001), "<1 %");
    assert.equal(percent(1), "100 %");
    assert.equal(listed(["a", "b", "c"]), "a, b and c");
    assert.equal(dayOf("2025-09-15", 7, 2), "2025-09-29");
    assert.equal(stepOf("2025-09-15", 7, "2025-09-14"), -1);
  });
  test("a cell that a spreadsheet would take for a formula stays text", () => {
    assert.equal(cell('=HYPERLINK("x")'), '"\'=HYPERLINK(""x"")"');
    assert.equal(csv([["a", -0.5], ["b,c", 1]]), 'a,-0.5\r\n"b,c",1\r\n');
  });
});

describe("scores", () => {
  test("a sure forecast costs as many thresholds as it is off", () => {
    const opened = [true, true, true, true];
    assert.equal(rankedProbability(certain(1, 4), 1, opened), 0);
    assert.equal(rankedProbability(certain(0, 4), 3, opened), 3);
    assert.equal(rankedProbability([0.5, 0, 0, 0.5], 3, opened), 0.75);
  });
  test("what cannot be given has no threshold", () => {
    assert.equal(rankedProbability([1, 0, 0, 0], 3, [true, false, false, true]), 1);
  });
  test("a response that no run gave keeps a small probability", () => {
    assert.deepEqual(smoothed([1, 0, 0], 9, [true, true, false]), [0.95, 0.05, 0]);
    assert.deepEqual(pooled([0, 0, 1, 1], 3), [0.5, 0.5, 0]);
  });
});

describe("short codes", () => {
  const salt = saltOf("tea-2025 ask");
  test("give back every guess", () => {
    for (const guesses of [[0, 0, 0], [12, 0, 5], [12, 12, 12], [-1, 3, 0]]) {
      assert.deepEqual(fromCode(toCode(guesses, 13, salt).toLowerCase(), 3, 13, salt), guesses);
    }
  });
  test("a slip is noticed nearly always", () => {
    const code = toCode([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 13, salt);
    let passed = 0;
    let tried = 0;
    for (let at = 0; at < code.length; at += 1) {
      if (code[at] === "-") continue;
      for (const letter of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
        if (letter === code[at]) continue;
        tried += 1;
        if (fromCode(code.slice(0, at) + letter + code.slice(at + 1), 10, 13, salt)) passed += 1;
      }
    }
    assert.ok(passed < tried / 12, `${passed} of ${tried}`);
  });
  test("a code of other guesses is refused", () => {
    assert.equal(fromCode("hello", 3, 13, salt), null);
    assert.equal(fromCode("", 3, 13, salt), null);
  });
});

describe("what follows from the scenario", () => {
  test("the collective answer is open to whom a text asks, as in detente score", () => {
    assert.deepEqual(scenario.opened("ask", "BBB"), [true, true, true, false]);
    const own = structuredClone(page);
    own.scenario.variants[0].events = ["ask", "text"];
    assert.deepEqual(new Scenario(own).opened("ask", "BBB"), [true, false, true, false]);
  });
  test("the last row by date is the record", () => {
    assert.deepEqual(scenario.recordOf("ask", "BBB").map((row) => row.response), ["joint", "silent"]);
    assert.equal(scenario.focus, "BBB");
    assert.equal(scenario.name("BBB"), "Bland");
  });
});

describe("the address", () => {
  test("says the whole state and opens it again", () => {
    const state = { ...initial(scenario), view: "futures", variant: "asked", week: 3, run: 17, counts: { BBB: { joint: 2 } }, changes: { "countries.BBB.resolve": 0.25, "events.ask.asks": ["BBB"], "events.ask.at": "2025-02-03" } };
    const { state: again, problems } = fromHash(toHash(state, scenario), scenario, texts, check);
    assert.deepEqual(problems, []);
    assert.deepEqual(again, state);
    assert.equal(toHash(initial(scenario), scenario), "");
  });
  test("what it does not know is left out and told", () => {
    const bad = fromHash('#view=cellar&week=99&run=-3&constructor=1&countries.BBB.resolve=7&events.ask.at={&x="><img>', scenario, texts, check);
    assert.equal(bad.problems.length, 7);
    assert.deepEqual(bad.state, initial(scenario));
  });
});

describe("files of changes", () => {
  const changes = { "countries.BBB.resolve": 0.1 + 0.2, "dependence.BBB.AAA": 0, "events.ask.proposes.tea": 1e-7, "events.ask.type": "THREATEN", "events.ask.asks": ["BBB"], "events.ask.at": "2025-02-03" };
  test("come back as they went, to the last bit", () => {
    const text = toYaml(scenario, changes, { runs: 300, seed: 5 }, texts);
    assert.deepEqual(fromYaml(text, scenario, texts, check), { changes, runs: 300, seed: 5, problems: [] });
    assert.ok(!/quiet:\n {4}set:\n(?: {6}.*\n)*? {6}events\.ask/.test(text), "what a variant does not have is not set in it");
  });
  test("may be written by hand", () => {
    const text = "# mine\r\nextends: ../x/tea-2025.yaml\r\nvariants: {asked: {set: {countries.BBB.resolve: 0.5}}} # all\r\n";
    assert.deepEqual(fromYaml(text, scenario, texts, check).changes, { "countries.BBB.resolve": 0.5 });
    const block = "extends: 'tea-2025.yaml'\nvariants:\n  asked:\n    set:\n      \"events.ask.asks\":\n      - BBB\n";
    assert.deepEqual(fromYaml(block, scenario, texts, check).changes, { "events.ask.asks": ["BBB"] });
  });
  const head = "extends: tea-2025.yaml\n";
  const set = (line) => `${head}variants:\n  asked:\n    set:\n      ${line}\n`;
  const bad = [
    ["", /empty/], ["# only words\n", /empty/], ["\u0000\u0001", /no text file/], [`a: ${"x".repeat(300000)}`, /too large/],
    ["just words\n", /line 1: expected/], ["runs: 3\n", /does not say what it extends/], ["extends: other.yaml\n", /line 1: it extends other\.yaml/],
    [`${head}countries:\n  BBB: {resolve: 0.2}\n`, /line 2: .countries. is not a change/], [`${head}events:\n- id: x\n`, /line 2: .events/],
    [`${head}variants:\n\tasked: {}\n`, /line 3: a tab/], [`${head}variants:\n  other: {set: {}}\n`, /line 3: there is no variant .other/],
    [`${head}variants:\n  asked: {drop: [ask]}\n`, /line 3: .drop. of a variant/], [`${head}variants: [asked]\n`, /line 2: .variants. must hold/],
    [set("countries.BBB.resolv: 0.2"), /line 5: nothing here is called .*did you mean .countries\.BBB\.resolve/], [set("countries.BBB.resolve: 7"), /line 5: countries\.BBB\.resolve: must lie/],
    [set("countries.BBB.resolve: much"), /line 5: .*must lie/], [set("countries.BBB.resolve: 0.2\n      countries.BBB.resolve: 0.3"), /line 6: this name is given twice/],
    [`${set("countries.BBB.resolve: 0.2")}  quiet:\n    set:\n      countries.BBB.resolve: 0.3\n`, /line 8: .*has another value/],
    [`${head}variants:\n  quiet:\n    set:\n      events.ask.type: THREATEN\n`, /line 5: .*does not exist in the variant .quiet/],
    [set("events.ask.asks: [BBB"), /line 5: brackets/], [set('events.ask.type: "THREATEN'), /line 5: a quotation mark/], [set("events.ask.type: &a b"), /line 5: this form/],
    [`${head}variants:\n    asked:\n  quiet:\n`, /line 4: the indentation/], [`${head}runs: many\n`, /line 2: runs must be a whole number/], [`${head}seed: -1\n`, /line 2: seed must/], ["%PDF-1.4\n\u0007", /no text file/],
  ];
  for (const [text, message] of bad) {
    test(`refuse ${JSON.stringify(text.slice(0, 60))}`, () => {
      const read = fromYaml(text, scenario, texts, check);
      assert.match(read.problems.join("\n"), message);
      assert.deepEqual(read.changes, {});
    });
  }
});
