// A prediction of the whole region: guesses, a code to compare them by, scores as those of the model.

import { h, put, s, table } from "../dom.js";
import { certain, fromCode, pooled, rankedProbability, saltOf, smoothed, toCode } from "../scoring.js";
import { generate } from "../vendor/lean-qr.js";

/** The picture of a code that a telephone reads. */
function qrPicture(code, words) {
  const made = generate(code);
  const quiet = 4;
  let path = "";
  for (let y = 0; y < made.size; y += 1) for (let x = 0; x < made.size; x += 1) if (made.get(x, y)) path += `M${x + quiet},${y + quiet}h1v1h-1z`;
  const size = made.size + 2 * quiet;
  return s("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": `${words.qr}: ${code}`, "shape-rendering": "crispEdges" },
    s("rect", { width: size, height: size, fill: "#ffffff" }), s("path", { d: path, fill: "#000000" }));
}

export function predictPart(app) {
  const { scenario, texts } = app;
  const words = texts.predict;
  const event = scenario.main;
  const codes = scenario.recorded(event);
  if (!codes.length) return { element: h("p", { class: "empty" }, words.none), draw() {} };
  app.prediction ??= { guesses: {}, others: [], shown: false };
  const mine = app.prediction;
  const size = scenario.responses.length;
  const salt = saltOf(`${scenario.own.name} ${event}`);
  const opened = Object.fromEntries(codes.map((code) => [code, scenario.opened(event, code)]));
  const observed = Object.fromEntries(codes.map((code) => [code, scenario.place(scenario.recordOf(event, code).at(-1).response)]));
  const room = h("div", {});

  /** Mean score and number of right answers of a forecast of each country. */
  function scored(forecastOf) {
    const forecasts = codes.map(forecastOf);
    const sum = codes.reduce((total, code, at) => total + rankedProbability(forecasts[at], observed[code], opened[code]), 0);
    const right = codes.filter((code, at) => forecasts[at].indexOf(Math.max(...forecasts[at])) === observed[code]).length;
    return { score: sum / codes.length, right };
  }

  function ranking() {
    const first = scenario.own.variants[0].id;
    const places = codes.map((code) => mine.guesses[code] ?? -1);
    const complete = places.every((place) => place >= 0);
    const rows = complete ? [{ name: words.you, ...scored((code) => certain(mine.guesses[code], size)), own: true }] : [];
    for (const other of mine.others) rows.push({ name: other.name, other, ...scored((code) => certain(other.guesses[codes.indexOf(code)], size)) });
    const frequencies = pooled(codes.map((code) => observed[code]), size);
    rows.push({ name: words.base, ...scored(() => frequencies) });
    if (app.results?.base.variants.includes(first)) {
      const shares = app.results.base.shares(event, first, "last");
      const model = (code) => smoothed(shares[scenario.codes.indexOf(code)], app.results.base.runs, opened[code]);
      rows.push({ name: words.model, ...scored(model) });
      rows.push({ name: words.likeliest, ...scored((code) => certain(model(code).indexOf(Math.max(...model(code))), size)) });
    }
    rows.sort((a, b) => a.score - b.score);
    return table(words.title, [words.name, words.mean, words.hits], rows.map((row) => [
      row.other ? h("span", {}, row.name, " ", h("button", { type: "button", class: "undo", "aria-label": words.remove(row.name), onclick: () => { mine.others = mine.others.filter((each) => each !== row.other); draw(); } }, "\u00d7")) : row.own ? h("strong", {}, row.name) : row.name,
      row.score.toFixed(2), `${row.right} / ${codes.length}`,
    ]));
  }

  function add(text, box, say) {
    const code = text.trim().split(/\s+/).at(-1) ?? "";
    const guesses = fromCode(code, codes.length, size, salt);
    if (!guesses || guesses.some((guess, at) => guess < 0 || !opened[codes[at]][guess])) {
      put(say, words.bad(text));
      return;
    }
    put(say);
    mine.others.push({ name: text.trim().slice(0, -code.length).trim().slice(0, 40) || words.someone, guesses });
    mine.shown = true;
    box.value = "";
    draw();
  }

  function draw() {
    const choices = codes.map((code) => {
      const guess = mine.guesses[code];
      const list = h("select", { id: `guess-${code}`, onchange: () => { mine.guesses[code] = list.value === "" ? undefined : Number(list.value); draw(); document.getElementById(`guess-${code}`)?.focus(); } },
        h("option", { value: "" }, words.choose), scenario.responses.map((each, at) => (opened[code][at] ? h("option", { value: at, selected: guess === at }, each.title) : null)));
      const done = mine.shown ? h("span", { class: guess === observed[code] ? "did right" : "did" }, `${words.did}: ${scenario.responses[observed[code]].title}`) : null;
      return h("li", {}, h("label", { for: `guess-${code}` }, scenario.name(code)), list, done);
    });
    const missing = codes.filter((code) => mine.guesses[code] === undefined).length;
    const code = missing ? null : toCode(codes.map((each) => mine.guesses[each]), size, salt);
    const say = h("p", { class: "wrong", role: "alert" });
    const box = h("input", { type: "text", placeholder: words.added, "aria-label": words.add, maxlength: 80, onkeydown: (pressed) => { if (pressed.key === "Enter") add(box.value, box, say); } });
    put(room, h("ol", { class: "guesses" }, choices),
      missing ? h("p", { class: "note" }, words.missing(missing)) : h("div", { class: "code" }, qrPicture(code, words), h("div", {}, h("h4", {}, words.code), h("p", { class: "spoken" }, code), h("p", { class: "note" }, words.codeAbout))),
      h("div", { class: "fields" },
        h("button", { type: "button", class: "primary", disabled: missing > 0 && !mine.others.length && !mine.shown, onclick: () => { mine.shown = !mine.shown; draw(); } }, mine.shown ? words.hide : words.score),
        box, h("button", { type: "button", onclick: () => add(box.value, box, say) }, words.add)), say,
      mine.shown ? ranking() : null);
  }
  return { element: h("div", { class: "predict" }, h("p", { class: "lead" }, words.lead(scenario.eventTitle(event))), room), draw };
}
