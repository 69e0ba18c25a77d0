// Guesses and forecasts scored as `detente score` scores the model: by the ranked probability score
// (Epstein 1969; Murphy 1971), over the thresholds between the responses that are open to a country.
// Short codes carry the guesses of one person to another by word of mouth.

/** What is added to the counts of runs, shared evenly among the open responses. */
const PSEUDO_RUNS = 1;
/** Letters and digits that are not taken for one another (Crockford's base 32). */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The ranked probability score of a forecast: 0 is best.
 * @param {number[]} probabilities of the responses, from the most hostile to the most supportive
 * @param {number} observed place of what was done
 * @param {boolean[]} opened which responses could be given
 */
export function rankedProbability(probabilities, observed, opened) {
  const last = opened.lastIndexOf(true);
  let below = 0;
  let score = 0;
  probabilities.forEach((probability, at) => {
    below += probability;
    if (opened[at] && at < last) score += (below - (observed <= at ? 1 : 0)) ** 2;
  });
  return score;
}

/** Shares of runs as a forecast: a response that no run gave keeps a small probability. */
export function smoothed(shares, runs, opened) {
  const count = opened.filter(Boolean).length;
  const came = shares.reduce((sum, share) => sum + share, 0) * runs;
  return shares.map((share, at) => (share * runs + (opened[at] ? PSEUDO_RUNS / count : 0)) / (came + PSEUDO_RUNS));
}

/** How often each response was given, over all rows: the same forecast for all. */
export function pooled(observed, responses) {
  const counts = new Array(responses).fill(0);
  for (const at of observed) counts[at] += 1 / observed.length;
  return counts;
}

/** A forecast that is sure of one response. */
export function certain(at, responses) {
  return Array.from({ length: responses }, (_, each) => (each === at ? 1 : 0));
}

/** Hands or chips as a forecast; null if there are none. */
export function fromCounts(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total > 0 ? counts.map((count) => count / total) : null;
}

const check = (number, salt) => {
  let sum = salt % 1021n;
  for (let rest = number; rest > 0n; rest /= 32n) sum = (sum * 33n + (rest % 32n) + 1n) % 1021n;
  return sum % 32n;
};

/** A number that depends on which guesses are meant, so that a code of another page is refused. */
export function saltOf(text) {
  let sum = 7n;
  for (const letter of text) sum = (sum * 131n + BigInt(letter.codePointAt(0))) % 1000003n;
  return sum;
}

/**
 * Guesses as a short code, such as "7K2-9QX": one number of digits to the base of the responses,
 * and a letter that tells a slip of the tongue.
 * @param {number[]} guesses places of responses; -1 where none was made
 */
export function toCode(guesses, responses, salt) {
  let number = 0n;
  for (const guess of guesses) number = number * BigInt(responses + 1) + BigInt(guess + 1);
  let text = DIGITS[Number(check(number, salt))];
  const room = (BigInt(responses + 1) ** BigInt(guesses.length) - 1n).toString(32).length;
  let rest = number;
  for (let at = 0; at < room; at += 1) {
    text = DIGITS[Number(rest % 32n)] + text;
    rest /= 32n;
  }
  return text.replace(/(.{4})(?=.)/g, "$1-");
}

/** The guesses of a code, or null if it is not one of these guesses. */
export function fromCode(code, count, responses, salt) {
  const text = code.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1").replace(/[\s-]/g, "");
  const room = (BigInt(responses + 1) ** BigInt(count) - 1n).toString(32).length;
  if (text.length !== room + 1 || [...text].some((letter) => !DIGITS.includes(letter))) return null;
  let number = 0n;
  for (const letter of text.slice(0, -1)) number = number * 32n + BigInt(DIGITS.indexOf(letter));
  if (DIGITS[Number(check(number, salt))] !== text.at(-1)) return null;
  const guesses = [];
  for (let at = 0; at < count; at += 1) {
    guesses.unshift(Number(number % BigInt(responses + 1)) - 1);
    number /= BigInt(responses + 1);
  }
  return number === 0n ? guesses : null;
}
