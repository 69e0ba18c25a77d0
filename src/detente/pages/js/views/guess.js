// The first view: one government, what it brings to the event, and a guess.

import { label, mark, picture, round, stanceColour } from "../charts/look.js";
import { h, put, s, select } from "../dom.js";
import { plain, signed, written } from "../format.js";

/** A scale from 0 to 1 with what a country wants, what is, and what is proposed. */
function issueScale(app, view, issue, country) {
  const { scenario, texts } = app;
  const words = texts.guess;
  const about = scenario.own.issues.find((each) => each.id === issue);
  const value = (rows, field) => {
    const row = rows.find((each) => each.field === field && each.issue === issue);
    return row ? scenario.value(row, app.state.changes) : null;
  };
  const rows = scenario.rows("country", country);
  const [own, line] = [value(rows, "position"), value(rows, "red_line")];
  const proposed = value(scenario.rows("event", app.state.event), "proposes");
  const { em } = view;
  const x = (at) => 4 * em + at * (view.width - 8 * em);
  const middle = 3.6 * em;
  const side = (sign, marks) => {
    let [before, lift] = [-Infinity, 0];
    return marks.filter(([, at]) => at !== null).sort((a, b) => a[1] - b[1]).map(([word, at, colour]) => {
      lift = x(at) - before < (word.length * 0.55 + 1.5) * em && !lift ? 1 : 0;
      before = x(at);
      const far = (0.9 + 1.15 * lift) * em;
      return s("g", {},
        s("line", { x1: round(x(at)), x2: round(x(at)), y1: round(middle), y2: round(middle + sign * far), stroke: colour, "stroke-width": 2 }),
        s("circle", { cx: round(x(at)), cy: round(middle), r: round(0.42 * em), fill: colour }),
        label(x(at), middle + sign * far + (sign > 0 ? 0.85 : -0.25) * em, word, { "text-anchor": "middle", fill: colour, "font-weight": 700, "font-size": 0.92 * em }));
    });
  };
  return picture(view, 7.4 * em, words.wants(about.title),
    words.issueText(about.title, scenario.name(country), own === null ? words.low : plain(own), plain(about.statusQuo), proposed === null ? null : plain(proposed)),
    s("rect", { x: round(x(0)), y: round(middle - 3), width: round(x(1) - x(0)), height: 6, rx: 3, fill: view.rule }),
    side(-1, [[words.own, own, view.main], [words.proposed, proposed, view.second]]),
    side(1, [[words.now, about.statusQuo, view.faint], [words.line, line, view.bad]]),
    label(0, middle + 0.35 * em, words.low, { fill: view.faint, "font-size": 0.85 * em }),
    label(view.width, middle + 0.35 * em, words.high, { fill: view.faint, "font-size": 0.85 * em, "text-anchor": "end" }));
}

/** What a country brings to an event: a scale of the issue, its attitudes, whom it depends on. */
function card(app, event, country) {
  const { scenario, texts } = app;
  const words = texts.guess;
  const rows = scenario.rows("country", country);
  const value = (row) => scenario.value(row, app.state.changes);
  const issue = scenario.mainIssue(event.id, country);
  const poles = Object.values(scenario.own.poles).flat();
  const toward = [...new Set([event.actor, event.recipient, ...poles])].filter((code) => code && code !== country).slice(0, 5);
  const feels = toward.map((code) => rows.find((row) => row.field === "attitude" && row.about?.to === code)).filter(Boolean);
  const depends = rows.filter((row) => row.field === "dependence" && value(row) > 0).sort((a, b) => value(b) - value(a)).slice(0, 4);
  const meter = (row, low) => {
    const at = (value(row) - low) / (1 - low);
    return h("li", {}, h("span", { class: "who" }, scenario.name(row.about.to ?? row.about.on)),
      h("span", { class: low < 0 ? "meter both" : "meter", "aria-hidden": "true" }, h("span", { style: low < 0 ? `left:${100 * Math.min(at, 0.5)}%;width:${100 * Math.abs(at - 0.5)}%` : `width:${100 * at}%` })),
      h("span", { class: "value" }, low < 0 ? signed(value(row)) : value(row).toFixed(2)));
  };
  const slot = h("div", { class: "slot" });
  const element = h("section", { class: "card" }, h("h3", {}, words.about(scenario.name(country))),
    h("h4", {}, words.wants(scenario.issueTitle(issue))), slot,
    h("div", { class: "ties" },
      feels.length ? h("div", {}, h("h4", {}, words.feels, h("small", {}, ` \u22121 ${words.enemy}, +1 ${words.friend}`)), h("ul", { class: "meters" }, feels.map((row) => meter(row, -1)))) : null,
      depends.length ? h("div", {}, h("h4", {}, words.depends, h("small", {}, " 0 \u2013 1")), h("ul", { class: "meters" }, depends.map((row) => meter(row, 0)))) : null));
  return { element, draw: () => put(slot, issueScale(app, app.look(slot), issue, country)) };
}

/** The answers, to be chosen from or counted by hands. */
export function answers(app, event, country) {
  const { scenario, texts, state } = app;
  const words = texts.guess;
  const counts = state.counts[country] ?? {};
  const opened = scenario.opened(event, country);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const give = (next) => app.go({ counts: { ...state.counts, [country]: next } });
  const rows = scenario.responses.map((response, at) => {
    if (!opened[at]) return null;
    const count = counts[response.id] ?? 0;
    const swatch = h("span", { class: "swatch", style: `background:${stanceColour(app.look(app.main), response.stance)}`, "aria-hidden": "true" });
    const word = [swatch, h("span", { class: "word" }, `${mark(response.stance)} ${response.title}`)];
    if (!state.hands) {
      return h("li", {}, h("button", { type: "button", class: "answer", "aria-pressed": String(count > 0), "data-response": response.id, onclick: () => give({ [response.id]: 1 }) }, word));
    }
    return h("li", { class: "answer hands", style: `--share:${total ? count / total : 0}` }, word,
      h("button", { type: "button", "aria-label": words.less(response.title), disabled: !count, onclick: () => give({ ...counts, [response.id]: count - 1 }) }, "\u2212"),
      h("output", {}, words.hand(count)),
      h("button", { type: "button", "aria-label": words.more(response.title), "data-response": response.id, onclick: () => give({ ...counts, [response.id]: count + 1 }) }, "+"));
  });
  return h("ul", { class: "answers" }, rows);
}

export function guessView(app) {
  const { scenario, texts, state } = app;
  const words = texts.guess;
  const event = scenario.event(scenario.main);
  if (!event) return { element: h("p", {}, texts.why.none), draw() {} };
  const country = state.country === event.actor ? scenario.focus : state.country;
  const about = card(app, event, country);
  const others = scenario.codes.filter((code) => code !== event.actor);
  const date = typeof event.at === "string" ? event.at : scenario.day(event.at ?? 0);
  const element = h("div", { class: "guess" },
    h("div", { class: "ask" },
      h("p", { class: "date" }, words.date(written(date))),
      h("p", { class: "event" }, `${scenario.eventTitle(event.id)}.`),
      h("h2", { tabindex: "-1" }, words.question(scenario.name(country))),
      h("p", { class: "lead" }, words.lead(scenario.name(country))),
      answers(app, event.id, country),
      h("div", { class: "fields" },
        h("button", { type: "button", "aria-pressed": String(state.hands), onclick: () => app.go({ hands: !state.hands, counts: { ...state.counts, [country]: {} } }) }, words.hands),
        select(texts.pick.country, others.map((code) => [code, scenario.name(code)]), country, (code) => app.go({ country: code })))),
    about.element);
  return { element, draw: about.draw };
}
