// Fans over time: in what half and what nine tenths of the runs an outcome lies, week by week.

import { s } from "../dom.js";
import { signed } from "../format.js";
import { cut, label, picture, round, ticks, widthOf } from "./look.js";

/**
 * @param {any} view
 * @param {{title: string, description: string, days: string[], low?: number, high?: number, digits?: number,
 *   unsigned?: boolean, ends?: [string, string], events?: {step: number, text: string}[], week?: number,
 *   fans: {label: string, steps: any[], colour: string, dashed?: boolean, bands?: boolean}[]}} given
 */
export function fanChart(view, given) {
  const { em } = view;
  const last = given.days.length - 1;
  const values = given.fans.flatMap((fan) => fan.steps.flatMap((step) => (fan.bands === false ? [step.q50] : [step.q5, step.q95]))).filter(Number.isFinite);
  let low = given.low ?? Math.min(...values, 0);
  let high = given.high ?? Math.max(...values, 0);
  const gap = Math.max(0.02, 0.06 * (high - low));
  [low, high] = [given.low ?? low - gap, given.high ?? high + gap];
  const left = 3.4 * em;
  const names = Math.max(...given.fans.map((fan) => widthOf(fan.label, 0.9 * em)));
  const beside = view.width > 40 * em;
  const right = beside ? Math.min(names + 1.2 * em, 0.3 * view.width) : 0.8 * em;
  const top = (given.ends ? 1.6 : 0.6) * em + (beside ? 0 : given.fans.length * 1.3 * em);
  const height = Math.max(11 * em, Math.min(17 * em, 0.36 * view.width));
  const x = (step) => left + (step / Math.max(last, 1)) * (view.width - left - right);
  const y = (value) => top + (1 - (value - low) / (high - low)) * height;
  const format = (value) => (given.unsigned ? value.toFixed(given.digits ?? 2) : signed(value, given.digits ?? 2));
  const parts = [];
  for (const tick of ticks(low, high, 5)) {
    parts.push(s("line", { x1: left, x2: round(x(last)), y1: round(y(tick)), y2: round(y(tick)), stroke: Math.abs(tick) < 1e-9 ? view.faint : view.rule, "stroke-width": 1 }));
    parts.push(label(left - 0.5 * em, y(tick) + 0.3 * em, format(tick), { "text-anchor": "end", fill: view.faint, "font-size": 0.85 * em }));
  }
  const every = Math.max(1, Math.ceil((5.2 * em) / ((view.width - left - right) / Math.max(last, 1))));
  for (let step = 0; step <= last; step += every) {
    parts.push(label(x(step), top + height + 1.3 * em, given.days[step], { "text-anchor": step ? "middle" : "start", fill: view.faint, "font-size": 0.85 * em }));
  }
  if (given.ends) {
    parts.push(label(left, top - 0.7 * em, `\u2191 ${given.ends[1]}`, { fill: view.first, "font-size": 0.85 * em, "font-weight": 600 }));
    parts.push(label(x(last), top + height - 0.5 * em, `\u2193 ${given.ends[0]}`, { fill: view.second, "font-size": 0.85 * em, "font-weight": 600, "text-anchor": "end" }));
  }
  for (const event of given.events ?? []) {
    parts.push(s("g", {}, s("title", {}, event.text),
      s("line", { x1: round(x(event.step)), x2: round(x(event.step)), y1: top, y2: round(top + height), stroke: view.faint, "stroke-width": 1, "stroke-dasharray": "2 3" }),
      label(x(event.step) + 5, top + 0.9 * em, cut(event.text, 0.55 * view.width, 0.8 * em, 400), { "font-size": 0.8 * em, fill: view.faint })));
  }
  if (given.week !== undefined) parts.push(s("line", { x1: round(x(given.week)), x2: round(x(given.week)), y1: top, y2: round(top + height), stroke: view.ink, "stroke-width": 1.5 }));
  for (const fan of given.fans) {
    const area = (lower, upper) => {
      const there = fan.steps.map((step, at) => `${round(x(at))},${round(y(step[upper]))}`);
      const back = fan.steps.map((step, at) => `${round(x(at))},${round(y(step[lower]))}`).reverse();
      return `M${there.join("L")}L${back.join("L")}z`;
    };
    if (fan.bands !== false) {
      parts.push(s("path", { d: area("q5", "q95"), fill: fan.colour, opacity: fan.dashed ? 0.1 : 0.18 }));
      parts.push(s("path", { d: area("q25", "q75"), fill: fan.colour, opacity: fan.dashed ? 0.14 : 0.28 }));
    }
    parts.push(s("path", {
      d: `M${fan.steps.map((step, at) => `${round(x(at))},${round(y(step.q50))}`).join("L")}`, fill: "none", stroke: fan.colour,
      "stroke-width": fan.dashed ? 2.2 : 3, "stroke-dasharray": fan.dashed ? "7 5" : null, "stroke-linejoin": "round",
    }));
  }
  parts.push(keys(view, given.fans, beside, x(last), y, em));
  return picture(view, top + height + 1.9 * em, given.title, given.description, parts);
}

/** What each line is: beside its end where there is room, above the picture where there is none. */
function keys(view, fans, beside, end, y, em) {
  const places = fans.map((fan) => ({ fan, at: y(fan.steps.at(-1).q50) + 0.3 * em })).sort((a, b) => a.at - b.at);
  if (beside) places.forEach((each, k) => { if (k) each.at = Math.max(each.at, places[k - 1].at + 1.15 * em); });
  return places.map(({ fan, at }, k) => (beside
    ? label(end + 0.5 * em, at, cut(fan.label, view.width - end - 0.5 * em, 0.9 * em), { fill: fan.colour, "font-weight": 600, "font-size": 0.9 * em })
    : s("g", {}, s("line", { x1: 0, x2: 1.8 * em, y1: (0.75 + 1.3 * k) * em, y2: (0.75 + 1.3 * k) * em, stroke: fan.colour, "stroke-width": 3, "stroke-dasharray": fan.dashed ? "7 5" : null }),
      label(2.3 * em, (1.05 + 1.3 * k) * em, fan.label, { fill: fan.colour, "font-weight": 600, "font-size": 0.9 * em }))));
}
