// The region on a map and as a network, each country with the colour and the mark of what it says.

import { s } from "../dom.js";
import { cut, label, mark, picture, round, textOn, widthOf } from "./look.js";

/**
 * The map. Countries that lie far away stand in boxes below it.
 * @param {any} view
 * @param {{title: string, description: string, map: any, chosen?: string, onpick?: (code: string) => void,
 *   states: Record<string, {name: string, colour: string, words: string, stance: number, fresh?: boolean}>}} given
 */
export function regionMap(view, given) {
  const { map, states } = given;
  const scale = view.width / map.width;
  const { em } = view;
  const high = map.height * scale;
  const unit = 1 / scale;
  const shapes = [];
  const labels = [];
  for (const [code, place] of Object.entries(map.countries)) {
    const state = states[code];
    if (!state) continue;
    shapes.push(s("path", { d: place.path, fill: state.colour, stroke: view.dark ? "#0d0e11" : "#ffffff", "stroke-width": 1.2 * unit, "data-country": code, ...press(given, code) },
      s("title", {}, `${state.name}: ${state.words}`)));
  }
  const order = Object.entries(map.countries).filter(([code]) => states[code]).sort((a, b) => b[1].room - a[1].room);
  for (const [code, place] of order) labels.push(placed(view, code, states[code], place, scale));
  const fresh = Object.entries(map.countries).filter(([code]) => states[code]?.fresh || code === given.chosen);
  const frames = fresh.map(([, place]) => s("path", { d: place.path, fill: "none", stroke: view.ink, "stroke-width": 3 * unit, "pointer-events": "none" }));
  const beside = map.beside.filter((code) => states[code]);
  const across = Math.max(1, Math.min(beside.length, Math.floor(view.width / (15 * em))));
  const boxes = beside.map((code, at) => {
    const width = Math.min(view.width / across - 6, 22 * em);
    const x = (at % across) * (view.width / across);
    const y = high + 0.6 * em + Math.floor(at / across) * 2.5 * em;
    const state = states[code];
    return s("g", { "data-country": code, ...press(given, code) },
      s("rect", { x: round(x + 1), y: round(y), width: round(width), height: 2.1 * em, fill: state.colour, stroke: state.fresh || code === given.chosen ? view.ink : view.rule, "stroke-width": state.fresh ? 3 : 1.5, rx: 4 }),
      label(x + width / 2, y + 1.4 * em, cut(`${mark(state.stance)} ${state.name}: ${state.words}`, width - em, 0.9 * em), { "text-anchor": "middle", fill: textOn(state.colour), "font-size": 0.9 * em, "font-weight": 600 }));
  });
  const foot = beside.length ? Math.ceil(beside.length / across) * 2.5 * em + 0.4 * em : 0;
  const id = `cut-${Math.round(view.width)}-${Math.round(high)}`;
  return picture(view, high + foot, given.title, given.description,
    s("clipPath", { id }, s("rect", { width: view.width, height: round(high), rx: 8 })),
    s("g", { "clip-path": `url(#${id})` },
      s("rect", { width: view.width, height: round(high), fill: view.sea }),
      s("g", { transform: `scale(${scale.toFixed(5)})` },
        s("path", { d: map.land, fill: view.land, stroke: view.sea, "stroke-width": unit }),
        shapes,
        s("path", { d: map.disputed, fill: view.land, stroke: view.faint, "stroke-width": unit, "stroke-dasharray": `${3 * unit} ${3 * unit}` }),
        frames),
      labels),
    boxes);
}

/** The name and the words of a country in it, as much as it has room for. */
function placed(view, code, state, place, scale) {
  const { em } = view;
  const room = 2 * place.room * scale;
  const [x, y] = [place.x * scale, place.y * scale];
  const size = Math.min(0.92 * em, Math.max(0.7 * em, room / 5));
  const ink = textOn(state.colour);
  const halo = { "text-anchor": "middle", "font-size": size, fill: ink, stroke: state.colour, "stroke-width": 3, "paint-order": "stroke", "stroke-linejoin": "round", "pointer-events": "none" };
  const words = `${mark(state.stance)} ${state.words}`;
  if (room > widthOf(state.name, size) * 0.9 && room > 2.4 * size) {
    return s("g", {}, label(x, y - 0.1 * size, state.name, { ...halo, "font-weight": 700 }),
      widthOf(words, 0.88 * size) < room * 1.7 ? label(x, y + 1.05 * size, words, { ...halo, "font-size": 0.88 * size }) : label(x, y + 1.05 * size, mark(state.stance), halo));
  }
  const name = room > widthOf(state.name, size) * 0.62 && room > 1.4 * size ? state.name : code;
  return label(x, y + 0.35 * size, `${mark(state.stance)} ${name}`, { ...halo, "font-weight": 700 });
}

function press(given, code) {
  return given.onpick ? { onclick: () => given.onpick(code), style: "cursor:pointer" } : {};
}

/**
 * The network: who depends on whom, as arrows; what each says, as the colour and mark of its place.
 * @param {any} view
 * @param {{title: string, description: string, order: string[], chosen?: string, onpick?: (code: string) => void,
 *   states: Record<string, any>, ties: {of: string, on: string, level: number}[]}} given
 */
export function network(view, given) {
  const { em } = view;
  const high = Math.min(view.width, 34 * em);
  const [cx, cy] = [view.width / 2, high / 2];
  const [rx, ry] = [Math.max(6 * em, view.width / 2 - 5.5 * em), high / 2 - 3.2 * em];
  const places = Object.fromEntries(given.order.map((code, at) => {
    const angle = (at / given.order.length) * 2 * Math.PI - Math.PI / 2;
    return [code, { x: cx + Math.min(rx, 1.5 * ry) * Math.cos(angle), y: cy + ry * Math.sin(angle) }];
  }));
  const size = 1.05 * em;
  const strong = given.ties.filter((tie) => tie.level >= 0.1 && places[tie.of] && places[tie.on]);
  const arrows = strong.map((tie) => {
    const [a, b] = [places[tie.of], places[tie.on]];
    const away = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [ux, uy] = [(b.x - a.x) / away, (b.y - a.y) / away];
    const [x1, y1, x2, y2] = [a.x + ux * size, a.y + uy * size, b.x - ux * (size + 6), b.y - uy * (size + 6)];
    const bend = 0.1 * away;
    const own = given.chosen === tie.of || given.chosen === tie.on;
    return s("path", {
      d: `M${round(x1)},${round(y1)}Q${round((x1 + x2) / 2 - uy * bend)},${round((y1 + y2) / 2 + ux * bend)} ${round(x2)},${round(y2)}`,
      fill: "none", stroke: own ? view.main : view.faint, "stroke-width": round(0.6 + 5 * tie.level), opacity: own ? 0.9 : 0.3, "marker-end": `url(#${own ? "own" : "other"}-tip)`,
    }, s("title", {}, `${given.states[tie.of].name} \u2192 ${given.states[tie.on].name}: ${tie.level.toFixed(2)}`));
  });
  const tip = (name, colour) => s("marker", { id: `${name}-tip`, viewBox: "0 0 8 8", refX: 4, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, s("path", { d: "M0,0L8,4L0,8z", fill: colour }));
  const dots = given.order.map((code) => {
    const { x, y } = places[code];
    const state = given.states[code];
    const side = x > cx + em ? "start" : x < cx - em ? "end" : "middle";
    const dx = side === "start" ? size + 5 : side === "end" ? -size - 5 : 0;
    const dy = side === "middle" ? (y < cy ? -size - 1.5 * em : size + 1.1 * em) : 0.05 * em;
    const room = side === "middle" ? view.width : (side === "start" ? view.width - x - dx : x + dx);
    return s("g", { "data-country": code, ...press(given, code) }, s("title", {}, `${state.name}: ${state.words}`),
      s("circle", { cx: round(x), cy: round(y), r: size, fill: state.colour, stroke: state.fresh || code === given.chosen ? view.ink : view.surface, "stroke-width": state.fresh || code === given.chosen ? 3 : 1.5 }),
      label(x, y + 0.35 * em, mark(state.stance), { "text-anchor": "middle", fill: textOn(state.colour), "font-size": 0.9 * em }),
      label(x + dx, y + dy, cut(state.name, room, 0.95 * em), { "text-anchor": side, "font-weight": 700, "font-size": 0.95 * em }),
      label(x + dx, y + dy + 1.1 * em, cut(state.words, room, 0.85 * em), { "text-anchor": side, fill: view.faint, "font-size": 0.85 * em }));
  });
  return picture(view, high, given.title, given.description, s("defs", {}, tip("own", view.main), tip("other", view.faint)), arrows, dots);
}
