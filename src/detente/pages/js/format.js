// Numbers and dates as people read them, the same whatever the locale of the browser.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86400000;

/** "+0.12", with a true minus; 0 has no sign. */
export function signed(value, digits = 2) {
  if (!Number.isFinite(value)) return "\u2013";
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? "\u2212" : "+") + text;
}

/** "42 %"; what is rare is not the same as what never comes. */
export function percent(share) {
  if (!Number.isFinite(share)) return "\u2013";
  if (share > 0 && share < 0.005) return "<1 %";
  if (share < 1 && share > 0.995) return ">99 %";
  return `${Math.round(100 * share)} %`;
}

/** A number with no more digits than it needs. */
export function plain(value) {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

/** The day, as "2025-09-18", on which a step begins. */
export function dayOf(start, stepDays, step) {
  return new Date(Date.parse(`${start}T00:00:00Z`) + step * stepDays * DAY).toISOString().slice(0, 10);
}

/** The step during which a day falls; negative before the start. */
export function stepOf(start, stepDays, day) {
  return Math.floor((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${start}T00:00:00Z`)) / DAY / stepDays);
}

/** "18 Sep 2025" from "2025-09-18". */
export function written(day) {
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

/** "18 Sep" from "2025-09-18". */
export function short(day) {
  const [, month, date] = day.split("-").map(Number);
  return `${date} ${MONTHS[month - 1]}`;
}

/** "a, b and c". */
export function listed(words, and = "and") {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${and} ${words.at(-1)}`;
}

/** A cell of a CSV file; what a spreadsheet would take for a formula is kept as text. */
export function cell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as a CSV file. */
export function csv(rows) {
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
