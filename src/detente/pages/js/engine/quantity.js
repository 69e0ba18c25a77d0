/** Numbers and distributions as a scenario may give them, read and held to their range. */

/** What each kind of distribution takes, in the words of an error message. */
export const KINDS = {
  fixed: "fixed: a number",
  normal: "normal: [mean, standard deviation]",
  truncated_normal: "truncated_normal: [mean, standard deviation, low, high]",
  uniform: "uniform: [low, high]",
  triangular: "triangular: [low, mode, high]",
  beta: "beta: [alpha, beta] or beta: [alpha, beta, low, high]",
  lognormal: "lognormal: [median, sigma of the logarithm]",
  choice: "choice: [a, b, ...] or choice: {a: weight, b: weight}",
};
const COUNTS = {
  normal: [2], truncated_normal: [4], uniform: [2], triangular: [3], beta: [2, 4], lognormal: [2],
};
/** Which of its numbers are the ends of what a kind can give. */
const ENDS = { uniform: [0, 1], triangular: [0, 2], truncated_normal: [2, 3], beta: [2, 3] };
/** Kinds as the compiled model numbers them (`detente.theory.distributions`). */
const CODES = { normal: 0, truncated_normal: 0, uniform: 1, triangular: 2, beta: 3, lognormal: 4 };
/** One of some values. */
export const LISTED = 5;
const ROUNDING = 1e-9;
const MOST_BETA = 1e6;

/** A value that a scenario would refuse, with the reason in plain words. */
export class Refused extends Error {}

/** @param {unknown} value */
function finite(value) {
  if (typeof value !== "number") throw new Refused("expected a number or a distribution");
  if (!Number.isFinite(value)) throw new Refused(`expected a finite number, not ${value}`);
  return value + 0; // -0 is written 0
}

function malformed(kind, why) {
  return new Refused(`malformed distribution: ${why ? `${why} in` : "expected"} ${KINDS[kind]}`);
}

function listOf(kind, value) {
  if (!Array.isArray(value)) throw malformed(kind);
  return value.map(finite);
}

function choice(value) {
  const pairs = Array.isArray(value)
    ? value.map((each) => [finite(each), 1])
    : Object.entries(value ?? {}).map(([each, weight]) => [finite(Number(each)), finite(weight)]);
  if (pairs.length === 0) throw malformed("choice");
  if (Array.isArray(value)) return listed(pairs.map(([each]) => [each, 1 / pairs.length]));
  const weights = new Map();
  for (const [each, weight] of pairs) weights.set(each, (weights.get(each) ?? 0) + weight);
  let rows = [...weights];
  if (rows.some(([, weight]) => weight < 0) || rows.every(([, weight]) => weight === 0)) {
    throw new Refused("malformed distribution: weights of a choice are 0 or more, not all 0");
  }
  rows = rows.filter(([, weight]) => weight > 0);
  if (new Set(rows.map(([, weight]) => weight)).size === 1) {
    return listed(rows.map(([each]) => [each, 1 / rows.length]));
  }
  let total = rows.reduce((sum, [, weight]) => sum + weight, 0);
  if (Math.abs(total - 1) < ROUNDING) total = 1;
  return listed(rows.map(([each, weight]) => [each, weight / total]));
}

/** One of some values, as it is drawn: values in rising order, and the share up to each. */
function listed(pairs) {
  const rows = [...pairs].sort((one, other) => one[0] - other[0]);
  let share = 0;
  const edge = rows.map(([, weight]) => (share += weight));
  return { kind: LISTED, given: [0, 0, 0, 0], support: null, listed: rows.map(([x]) => x), edge };
}

function check(kind, a) {
  if (!COUNTS[kind].includes(a.length)) throw malformed(kind);
  const positive = (places, what) => {
    if (places.some((place) => a[place] <= 0)) throw malformed(kind, `${what} must be above 0`);
  };
  if (["normal", "truncated_normal", "lognormal"].includes(kind)) positive([1], "the spread");
  if (kind === "lognormal") positive([0], "the median");
  if (kind === "beta") positive([0, 1], "alpha and beta");
  if (kind === "beta" && Math.max(a[0], a[1]) > MOST_BETA) {
    throw malformed(kind, "alpha and beta must be at most 1,000,000");
  }
  const [low, high] = ENDS[kind] ?? [0, 0];
  if (low < high && high < a.length && !(a[low] < a[high])) {
    throw malformed(kind, "low must be below high");
  }
  if (kind === "triangular" && !(a[0] <= a[1] && a[1] <= a[2])) {
    throw malformed(kind, "the mode must lie between the ends");
  }
}

/**
 * Read a value: a number, or what the compiled model needs to draw from a distribution.
 *
 * @param {unknown} value as a scenario would give it
 * @param {number} low
 * @param {number} high the range of its field
 * @returns {number | {kind: number, given: number[], ends: number[], listed: number[], edge: number[]}}
 */
export function read(value, low, high) {
  const inRange = (each) => {
    if (!(low <= each && each <= high)) {
      throw new Refused(`${each} is out of range: from ${low} to ${high}`);
    }
    return each;
  };
  if (typeof value !== "object" || value === null) return inRange(finite(value));
  const entries = Object.entries(value);
  if (entries.length !== 1) {
    throw new Refused("malformed distribution: expected one kind, such as {normal: [0.5, 0.1]}");
  }
  const [[kind, given]] = entries;
  if (!(kind in KINDS)) {
    throw new Refused(`malformed distribution: '${kind}' is not a distribution`);
  }
  if (kind === "fixed") return { ...listed([[inRange(finite(given)), 1]]), ends: [0, 0] };
  if (kind === "choice") {
    const made = choice(given);
    made.listed.forEach(inRange);
    return { ...made, ends: [0, 0] };
  }
  const a = listOf(kind, given);
  check(kind, a);
  const numbers = kind === "beta" && a.length === 2 ? [...a, 0, 1] : a;
  const [first, last] = ENDS[kind] ?? [];
  let support = first === undefined ? [-Infinity, Infinity] : [numbers[first], numbers[last]];
  if (kind === "lognormal") support = [0, Infinity];
  const ends = [Math.max(low, support[0]), Math.min(high, support[1])];
  if (!(ends[0] < ends[1])) throw outside(low, high);
  const padded = kind === "beta" || kind === "triangular" ? numbers : numbers.slice(0, 2);
  const filled = [...padded, 0, 0, 0, 0].slice(0, 4);
  return { kind: CODES[kind], given: filled, ends, listed: [], edge: [] };
}

export function outside(low, high) {
  const range = `from ${low} to ${high}`;
  return new Refused(`malformed distribution: it lies outside the range ${range}`);
}
