// Response bars: in what share of the runs a country gives each response, opposition at the left.

import { s } from "../dom.js";
import { percent } from "../format.js";
import { cut, label, mark, picture, round, stanceColour, textOn, widthOf } from "./look.js";

/**
 * @param {any} view
 * @param {{title: string, description: string, responses: any[], beforeLabel: string, recordLabel: string,
 *   rows: {name: string, shares: number[], before?: number[], record?: number, strong?: boolean}[]}} given
 */
export function responseBars(view, given) {
  const { em } = view;
  const narrow = view.width < 34 * em;
  const wide = Math.max(...given.rows.map((row) => widthOf(row.name, em)));
  const left = narrow ? 0 : Math.min(wide + em, 0.26 * view.width);
  const room = view.width - left - 2;
  const bar = 1.9 * em;
  const thin = 0.7 * em;
  const parts = [];
  let y = 0.4 * em;
  for (const row of given.rows) {
    const weight = row.strong ? 700 : 500;
    if (row.record !== undefined && !narrow) y += 0.55 * em;
    if (narrow) {
      parts.push(label(0, y + em, row.name, { "font-weight": weight }));
      y += (row.record === undefined ? 1.35 : 1.75) * em;
    } else parts.push(label(left - 0.7 * em, y + bar / 2 + 0.35 * em, cut(row.name, left - em, em), { "text-anchor": "end", "font-weight": weight }));
    parts.push(stack(view, row.shares, given.responses, left, y, room, bar, true));
    if (row.record !== undefined) parts.push(framed(view, row, left, y, room, bar));
    y += bar;
    if (row.before) {
      y += 2;
      parts.push(s("g", { opacity: 0.65 }, stack(view, row.before, given.responses, left, y, room, thin, false)));
      y += thin;
    }
    y += 0.55 * em;
  }
  return picture(view, y, given.title, given.description, parts);
}

function stack(view, shares, responses, left, y, room, height, named) {
  let x = left;
  return shares.map((share, at) => {
    if (share <= 0) return null;
    const width = share * room;
    const colour = stanceColour(view, responses[at].stance);
    const part = s("g", {}, s("rect", { x: round(x), y: round(y), width: round(Math.max(width, 0.5)), height: round(height), fill: colour, stroke: view.surface, "stroke-width": 1 },
      s("title", {}, `${responses[at].title}: ${percent(share)}`)));
    if (named && width > 2.4 * view.em) {
      const size = 0.86 * view.em;
      const words = `${mark(responses[at].stance)} ${responses[at].title} ${percent(share)}`;
      const text = widthOf(words, size) < width - 8 ? words : percent(share);
      if (widthOf(text, size) < width - 2) {
        part.append(label(x + width / 2, y + height / 2 + 0.32 * view.em, text, { "text-anchor": "middle", "font-size": size, fill: textOn(colour), "font-weight": 600, "pointer-events": "none" }));
      }
    }
    x += width;
    return part;
  });
}

/** Frame what was really done. */
function framed(view, row, left, y, room, bar) {
  const start = left + room * row.shares.slice(0, row.record).reduce((sum, share) => sum + share, 0);
  const width = room * row.shares[row.record];
  const middle = start + width / 2;
  const size = 0.42 * view.em;
  return s("g", {},
    width > 3 ? s("rect", { x: round(start), y: round(y), width: round(width), height: round(bar), fill: "none", stroke: view.ink, "stroke-width": 2.5 }) : null,
    s("path", { d: `M${round(middle)},${round(y - 1)}l${round(-size)},${round(-1.4 * size)}h${round(2 * size)}z`, fill: view.ink }));
}
