// Changes taken home and brought back: a scenario file that extends the page's and sets some values.
// The page reads the little of YAML that it writes and that a person who edits it by hand would use;
// every problem is told by its line, and nothing is taken over from a file that has one.

/** Letters beyond which a file is not read. */
const MOST = 200000;
const KEYS = ["scenario", "extends", "title", "description", "runs", "seed", "variants"];

/** A scalar or list as YAML that reads back as the same. */
function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (value !== null && typeof value === "object") return `{${Object.entries(value).map(([key, each]) => `${key}: ${written(each)}`).join(", ")}}`;
  if (typeof value !== "string") return JSON.stringify(value);
  const simple = /^[A-Za-z][A-Za-z0-9_.]*( [A-Za-z0-9_.]+)*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n|nan|inf)$/i.test(value);
  return simple || /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : JSON.stringify(value);
}

/**
 * The text of a scenario file that extends the page's scenario by the changes.
 * @param {any} scenario @param {Record<string, any>} changes @param {{runs: number, seed: number | null}} asked
 */
export function toYaml(scenario, changes, asked, texts) {
  const own = scenario.own;
  const lines = [
    `# ${texts.file.head(own.name)}`, `scenario: ${own.name}-changed`, `extends: ${own.name}.yaml`,
    `runs: ${asked.runs}`, `seed: ${asked.seed ?? own.seed}`,
  ];
  const sets = own.variants.map((variant) => [variant.id, Object.entries(changes).filter(([path]) => {
    const row = scenario.byPath.get(path);
    return !row?.variants || row.variants.includes(variant.id);
  })]).filter(([, entries]) => entries.length);
  if (sets.length) lines.push("variants:");
  for (const [variant, entries] of sets) {
    lines.push(`  ${variant}:`, "    set:", ...entries.map(([path, value]) => `      ${path}: ${written(value)}`));
  }
  return `${lines.join("\n")}\n`;
}

/** What is wrong with a file, by its lines. */
class Flaw extends Error {
  constructor(line, message) {
    super(message);
    this.line = line;
  }
}

/** Lines with what stands in them: how far in, and the text without a comment. */
function linesOf(text) {
  const found = [];
  text.split(/\r\n|\n|\r/).forEach((raw, at) => {
    const line = at + 1;
    const bare = uncommented(raw).trimEnd();
    if (!bare.trim() || bare === "---" || bare.startsWith("%YAML")) return;
    const indent = bare.length - bare.trimStart().length;
    if (bare.slice(0, indent).includes("\t")) throw new Flaw(line, "tab");
    found.push({ line, indent, text: bare.trim() });
  });
  return found;
}

function uncommented(raw) {
  let quote = "";
  for (let at = 0; at < raw.length; at += 1) {
    const letter = raw[at];
    if (quote) {
      if (letter === "\\" && quote === '"') at += 1;
      else if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") {
      if (!at || /[\s:[{,-]/.test(raw[at - 1])) quote = letter;
    } else if (letter === "#" && (!at || /\s/.test(raw[at - 1]))) return raw.slice(0, at);
  }
  return raw;
}

/** A value that stands in one line. */
function scalar(text, line) {
  if (text === "" || text === "~" || text === "null") return null;
  if (/^[&*!|>@`%]/.test(text)) throw new Flaw(line, "form");
  if (text === "true" || text === "false") return text === "true";
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (/^["']/.test(text)) {
    const quote = text[0];
    if (text.length < 2 || !text.endsWith(quote)) throw new Flaw(line, "quote");
    if (quote === "'") return text.slice(1, -1).replaceAll("''", "'");
    try {
      return JSON.parse(text);
    } catch {
      throw new Flaw(line, "quote");
    }
  }
  return text;
}

/** A value in brackets or braces, or a scalar. */
function flow(text, line) {
  if (!/^[[{]/.test(text)) return scalar(text, line);
  const close = text[0] === "[" ? "]" : "}";
  if (!text.endsWith(close)) throw new Flaw(line, "bracket");
  const parts = split(text.slice(1, -1), line);
  if (close === "]") return parts.map((part) => flow(part, line));
  const entries = parts.map((part) => {
    const at = part.search(/:(\s|$)/);
    if (at < 1) throw new Flaw(line, "pair");
    return [String(scalar(part.slice(0, at).trim(), line)), flow(part.slice(at + 1).trim(), line)];
  });
  return Object.fromEntries(entries);
}

/** The parts between the commas of a bracket, of which some may be in brackets themselves. */
function split(text, line) {
  const parts = [];
  let [depth, quote, start] = [0, "", 0];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quote) quote = letter === quote ? "" : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === "[" || letter === "{") depth += 1;
    else if (letter === "]" || letter === "}") depth -= 1;
    else if (letter === "," && !depth) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
    if (depth < 0) throw new Flaw(line, "bracket");
  }
  if (depth || quote) throw new Flaw(line, "bracket");
  parts.push(text.slice(start));
  const trimmed = parts.map((part) => part.trim());
  if (trimmed.at(-1) === "") trimmed.pop();
  return trimmed;
}

/** The table that begins at a line: entries with their lines. */
function tableAt(lines, from, indent) {
  const entries = new Map();
  let at = from;
  while (at < lines.length && lines[at].indent >= indent) {
    const { line, text, indent: own } = lines[at];
    if (own !== indent) throw new Flaw(line, "indent");
    const found = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s:"'[{][^:]*(?::[^\s:][^:]*)*):(?:\s+(.*))?$/.exec(text);
    if (!found) throw new Flaw(line, "pair");
    const key = String(scalar(found[1].trim(), line));
    if (entries.has(key)) throw new Flaw(line, "twice");
    at += 1;
    if (found[2] !== undefined && found[2] !== "") entries.set(key, { line, value: flow(found[2], line) });
    else if (at < lines.length && lines[at].text.startsWith("- ") && lines[at].indent >= indent) {
      const list = [];
      const inner = lines[at].indent;
      for (; at < lines.length && lines[at].indent === inner && lines[at].text.startsWith("- "); at += 1) {
        list.push(flow(lines[at].text.slice(2).trim(), lines[at].line));
      }
      entries.set(key, { line, value: list });
    } else if (at < lines.length && lines[at].indent > indent) {
      const inner = tableAt(lines, at, lines[at].indent);
      entries.set(key, { line, value: inner.entries });
      at = inner.next;
    } else entries.set(key, { line, value: null });
  }
  return { entries, next: at };
}

/** A table written in braces as one with lines. */
function asTable(entry) {
  if (entry.value instanceof Map) return entry.value;
  if (entry.value && typeof entry.value === "object" && !Array.isArray(entry.value)) {
    return new Map(Object.entries(entry.value).map(([key, value]) => [key, { line: entry.line, value }]));
  }
  return null;
}

/**
 * The changes that a file holds, or what is wrong with it in plain words.
 * @param {string} text @param {any} scenario @param {any} texts
 * @param {(changes: Record<string, any>) => {path: string, message: string}[]} check of the values
 * @returns {{changes: Record<string, any>, runs?: number, seed?: number, problems: string[]}}
 */
export function fromYaml(text, scenario, texts, check) {
  const words = texts.file;
  const nothing = (problem) => ({ changes: {}, problems: [problem] });
  if (text.length > MOST) return nothing(words.large);
  // eslint-disable-next-line no-control-regex -- what no text file has
  if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text)) return nothing(words.binary);
  let top;
  try {
    const lines = linesOf(text.replace(/^\ufeff/, ""));
    if (!lines.length) return nothing(words.empty);
    const read = tableAt(lines, 0, lines[0].indent);
    if (read.next < lines.length) throw new Flaw(lines[read.next].line, "indent");
    top = read.entries;
  } catch (error) {
    if (error instanceof Flaw) return nothing(words.at(error.line, words.flaws[error.message]));
    throw error;
  }
  const problems = [];
  const say = (line, message) => problems.push(words.at(line, message));
  for (const [key, { line }] of top) if (!KEYS.includes(key)) say(line, words.other(key));
  const base = top.get("extends");
  const file = typeof base?.value === "string" ? base.value.split("/").at(-1) : null;
  if (!base) problems.push(words.noBase(scenario.own.name));
  else if (file !== `${scenario.own.name}.yaml`) say(base.line, words.otherBase(String(base.value), scenario.own.name));
  const changes = setsOf(top.get("variants"), scenario, words, say, check);
  const number = (key, least) => {
    const entry = top.get(key);
    if (!entry) return undefined;
    if (!Number.isSafeInteger(entry.value) || entry.value < least) say(entry.line, words.whole(key));
    return entry.value;
  };
  const [runs, seed] = [number("runs", 1), number("seed", 0)];
  return problems.length ? { changes: {}, problems } : { changes, runs, seed, problems };
}

function setsOf(variants, scenario, words, say, check) {
  const changes = {};
  const lineOf = new Map();
  if (!variants || variants.value === null) return changes;
  const courses = asTable(variants);
  if (!courses) {
    say(variants.line, words.table("variants"));
    return changes;
  }
  for (const [name, course] of courses) {
    if (!scenario.variant(name)) {
      say(course.line, words.noVariant(name, scenario.own.variants.map((each) => each.id)));
      continue;
    }
    const own = asTable(course);
    if (!own) {
      say(course.line, words.table(name));
      continue;
    }
    for (const [key, { line }] of own) if (key !== "set") say(line, words.onlySet(key));
    const set = own.get("set");
    const values = set ? asTable(set) : new Map();
    if (!values) {
      say(set.line, words.table("set"));
      continue;
    }
    for (const [path, { line, value }] of values) {
      const row = scenario.byPath.get(path);
      if (!row) say(line, words.noPath(path, nearest(path, scenario)));
      else if (row.variants && !row.variants.includes(name)) say(line, words.notThere(path, name));
      else if (lineOf.has(path) && JSON.stringify(changes[path]) !== JSON.stringify(value)) say(line, words.differs(path));
      else {
        changes[path] = value instanceof Map ? Object.fromEntries([...value].map(([key, each]) => [key, each.value])) : value;
        lineOf.set(path, line);
      }
    }
  }
  for (const { path, message } of check(changes)) say(lineOf.get(path) ?? 1, `${path}: ${message}`);
  return changes;
}

/** The known path that is closest in its letters, if one is close. */
function nearest(path, scenario) {
  let best = null;
  let least = Math.max(3, path.length / 6);
  for (const known of scenario.byPath.keys()) {
    if (Math.abs(known.length - path.length) >= least) continue;
    const far = distance(path, known, least);
    if (far < least) [best, least] = [known, far];
  }
  return best;
}

function distance(a, b, most) {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    if (Math.min(...next) > most) return Infinity;
    row = next;
  }
  return row[b.length];
}
