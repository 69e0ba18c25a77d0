/** Courses of events as arrays, and what changes of the scenario make of them. */

import { TYPES } from "./machine.js";
import { LISTED, outside, read, Refused } from "./quantity.js";

const NONE = -1n;
const DAY = 86400000;
/** Probability mass that a distribution must leave inside the range of its field. */
const LEAST_MASS = 1e-6;

/** @param {string} text base64 */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {{kind: string, shape: number[], data: string}} packed */
export function unpack({ kind, shape, data }) {
  const bytes = bytesOf(data);
  return { kind, shape, data: new TYPES[kind](bytes.buffer, 0, bytes.length / TYPES[kind].BYTES_PER_ELEMENT) };
}

/** @param {Object<string, {kind: string, shape: number[], data: string}>} arrays */
export function unpacked(arrays) {
  const pairs = Object.entries(arrays).map(([name, each]) => [name, unpack(each)]);
  return Object.fromEntries(pairs);
}

/** Days from a date such as 2025-09-15 to another. */
function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

/** A course of events as the page was given it, decoded once. */
export function decoded(data) {
  const draws = unpacked(data.draws);
  const drawn = Array.from({ length: draws.kind.shape[0] }, (_, d) => {
    const [from, to] = [Number(draws.listed_of.data[d]), Number(draws.listed_of.data[d + 1])];
    return {
      words: draws.words.data.slice(2 * d, 2 * d + 2),
      kind: Number(draws.kind.data[d]),
      given: [...draws.given.data.subarray(4 * d, 4 * d + 4)],
      ends: [...draws.ends.data.subarray(2 * d, 2 * d + 2)],
      listed: [...draws.listed.data.subarray(from, to)],
      edge: [...draws.edge.data.subarray(from, to)],
      rows: data.rows[d],
      joint: data.joint.indexOf(d),
    };
  });
  return { ...data, drawn, column: unpack(data.column).data, structure: unpacked(data.structure) };
}

/** A course of events that can be changed, value by value. */
export class Course {
  /**
   * @param {Object} base from `decoded`, left as it is
   * @param {Object} about what all courses share: countries, issues, responses, inputs and so on
   */
  constructor(base, about) {
    this.about = about;
    this.events = base.events.map((event) => ({ ...event }));
    this.mutual = new Set(base.mutual);
    this.follows = new Set(base.follows);
    this.steps = base.steps;
    this.column = base.column.slice();
    this.structure = { ...base.structure };
    this.drawn = base.drawn.map((item) => ({ ...item }));
    this.untouched = true; // whether all that is drawn is as the page was given it
    this.path = null; // of the change that is being made
    this.offsets = {};
    let row = 0;
    const sizes = this.sizes();
    for (const [name, axes] of about.inputs) {
      this.offsets[name] = row;
      row += [...axes.slice(0, -1)].reduce((product, axis) => product * sizes[axis], 1);
    }
  }

  sizes() {
    const { countries, issues, responses, terms, coefficients } = this.about;
    return {
      N: countries.length, K: issues.length, E: this.events.length, R: responses.length,
      C: this.structure.program.shape[0], D: coefficients.length, T: this.steps + 1,
      A: terms + 2, U: this.drawn.length, ...this.about.sizes,
    };
  }

  /** The place of a name along an axis. */
  place(axis, name) {
    const { countries, issues, responses, coefficients } = this.about;
    if (axis === "E") return this.events.findIndex((event) => event.id === name);
    return { N: countries, K: issues, R: responses, D: coefficients }[axis].indexOf(name);
  }

  /** The row of an input in the column. */
  row(field, names) {
    const [, axes] = this.about.inputs.find(([name]) => name === field);
    const sizes = this.sizes();
    return names.reduce((row, name, axis) => {
      const place = this.place(axes[axis], name);
      if (place < 0) throw new Refused(`there is no '${name}' in this course of events`);
      return row * sizes[axes[axis]] + place;
    }, 0) + this.offsets[field];
  }

  /** Write a value at some rows: a number, or what each run draws there. */
  put(rows, value, words) {
    for (const item of this.drawn) item.rows = item.rows.filter((row) => !rows.includes(row));
    this.drawn = this.drawn.filter((item) => item.rows.length > 0 || item.joint >= 0);
    if (typeof value === "number") for (const row of rows) this.column[row] = value;
    else {
      const drawn = { words: BigUint64Array.from(words, BigInt), rows, joint: -1, path: this.path };
      this.drawn.push({ ...value, ...drawn });
      this.untouched = false;
    }
  }

  event(id) {
    return this.events.find((event) => event.id === id);
  }

  /** An array of the structure, to be written to. */
  own(name) {
    const { kind, shape, data } = this.structure[name];
    this.structure[name] = { kind, shape, data: data.slice() };
    return this.structure[name];
  }

  mark(name, e, column, on) {
    const { data, shape } = this.own(name);
    data[e * shape[1] + column] = on ? 1n : 0n;
  }

  /**
   * Make a change.
   * @param {Object} about the row of the table of paths
   * @param {unknown} value as a scenario would give it
   */
  change(about, value) {
    this.path = about.path;
    const event = about.event === undefined ? null : this.event(about.event);
    if (about.event !== undefined && !event) return; // this course has no such event
    const doing = CHANGES[about.field] ?? changeNumber;
    doing(this, about, value, event);
  }

  /** The arrays that runs are simulated from. */
  arrays(seed) {
    const count = this.drawn.length;
    const flat = (kind, shape, values) => ({ kind, shape, data: TYPES[kind].from(values) });
    const of = (name) => this.drawn.flatMap((item) => [...item[name]]);
    const begins = [0];
    for (const item of this.drawn) begins.push(begins.at(-1) + item.listed.length);
    const jointly = this.drawn.map((item, d) => [item.joint, d]).filter(([at]) => at >= 0);
    jointly.sort(([one], [other]) => one - other);
    const listed = of("listed");
    return {
      sizes: this.sizes(),
      structure: this.structure,
      column: this.column,
      inputs: this.about.inputs,
      draws: {
        words: flat("uint64", [count, 2], of("words")),
        kind: flat("int64", [count], this.drawn.map((item) => BigInt(item.kind))),
        given: flat("float64", [count, 4], of("given")),
        ends: flat("float64", [count, 2], of("ends")),
        held: flat("float64", [count, 2], new Array(2 * count).fill(0)),
        listed_of: flat("int64", [count + 1], begins.map(BigInt)),
        listed: flat("float64", [listed.length], listed),
        edge: flat("float64", [listed.length], of("edge")),
      },
      rows: Int32Array.from(of("rows")),
      sources: Int32Array.from(this.drawn.flatMap((item, d) => item.rows.map(() => d))),
      joint: { ...this.about.joint, row: flat("int64", [jointly.length], jointly.map(([, d]) => BigInt(d))) },
      steps: this.steps,
      seed: String(seed),
    };
  }

  /** Work out again what follows from who depends on whom. */
  settleDependence() {
    const n = this.about.countries.length;
    const from = this.offsets.dependence;
    const drawn = new Set(this.drawn.flatMap((item) => item.rows));
    const begins = [0n];
    const on = [];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const row = from + i * n + j;
        if (this.column[row] !== 0 || drawn.has(row)) on.push(BigInt(j));
      }
      begins.push(BigInt(on.length));
    }
    this.list("depends_of", begins);
    this.list("depends_on", on);
  }

  list(name, values) {
    this.structure[name] = { kind: "int64", shape: [values.length], data: BigInt64Array.from(values) };
  }

  /** Work out again which issues each event is about. */
  settleIssues() {
    const { proposes, does, risks } = this.structure;
    const k = this.about.issues.length;
    const begins = [0n];
    const about = [];
    this.events.forEach((_, e) => {
      for (let issue = 0; issue < k; issue++) {
        const at = e * k + issue;
        if (proposes.data[at] + does.data[at] + risks.data[at] > 0n) about.push(BigInt(issue));
      }
      begins.push(BigInt(about.length));
    });
    this.list("about_of", begins);
    this.list("about", about);
  }

  /** Whom an event asks. */
  asked(event) {
    if (event.asks) return event.asks;
    const others = this.about.countries.filter((code) => code !== event.actor);
    if (event.kind !== "move") return others;
    return event.consent ? [event.consent] : [];
  }

  role(event, code) {
    if (code === event.actor) return "actor";
    return this.asked(event).includes(code) ? "asked" : "bystander";
  }

  /** Work out again what follows from whom events ask and when they come up. */
  settleRoles() {
    const { countries, repertoire } = this.about;
    const [open, party, concerned, asked, company] = [
      "open", "party", "concerned", "asked", "company",
    ].map((name) => this.own(name));
    const count = repertoire.length;
    const replies = [];
    const begins = [0n];
    const answered = new Set(
      this.events.filter((each) => each.kind === "text" && each.answers).map((each) => each.answers),
    );
    this.events.forEach((event, e) => {
      const fitting = new Set();
      countries.forEach((code, i) => {
        const role = this.role(event, code);
        let options = 0n;
        repertoire.forEach((response, r) => {
          const fits = response.kinds.includes(event.kind) && response.openTo.includes(role);
          if (fits) fitting.add(r);
          const opened = fits && !(answered.has(event.id) && response.collective);
          open.data[(e * countries.length + i) * count + r] = opened ? 1n : 0n;
          if (opened) options += 1n;
        });
        const at = e * countries.length + i;
        party.data[at] = options > 1n ? 1n : 0n;
        asked.data[at] = this.asked(event).includes(code) ? 1n : 0n;
        const named = [event.actor, event.recipient, event.consent, ...this.asked(event)];
        concerned.data[at] = named.includes(code) ? 1n : 0n;
        company.data[at] = NONE;
      });
      replies.push(...[...fitting].sort((one, other) => one - other).map(BigInt));
      begins.push(BigInt(replies.length));
    });
    this.list("replies_of", begins);
    this.list("replies", replies);
    this.settleCompany(company.data);
  }

  /** By which dated text that answers an event a bystander can expect to answer: the first. */
  settleCompany(company) {
    const { countries } = this.about;
    const due = (event) => this.structure.due.data[this.events.indexOf(event)];
    const texts = this.events.filter((event) => event.kind === "text" && event.at !== null);
    // Python sorts in reverse so that of two due at once the order of the file stays
    texts.sort((one, other) => Number(due(other) - due(one)));
    for (const text of texts) {
      const answered = this.events.findIndex((event) => event.id === text.answers);
      if (answered < 0) continue;
      countries.forEach((code, i) => {
        const waits = this.role(this.events[answered], code) === "bystander";
        if (this.asked(text).includes(code) && waits) {
          company[answered * countries.length + i] = BigInt(this.events.indexOf(text));
        }
      });
    }
  }
}

function changeNumber(course, about, value) {
  const rows = about.at.map(([field, names]) => course.row(field, names));
  if (value === null && !about.optional) throw new Refused("a value must stand here");
  const none = about.empty ?? NaN; // what stands in the arrays where there is none
  course.put(rows, value === null ? none : read(value, about.low, about.high), about.words);
}

/** An attitude: of a pair whose entry is mutual it holds for both, where nothing else is said. */
function changeAttitude(course, about, value) {
  const { of, to } = about.about;
  const pairs = [[of, to]];
  if (course.mutual.has(`${of}.${to}`)) pairs.push([to, of]);
  const rows = pairs.flatMap(([one, other]) => {
    const baseline = course.row("baseline", [one, other]);
    return course.follows.has(one) ? [baseline] : [baseline, course.row("heeded", [one, other])];
  });
  course.put(rows, read(value, about.low, about.high), about.words);
}

function changeDependence(course, about, value) {
  changeNumber(course, about, value);
  course.settleDependence();
}

/** Whose word alone a country follows. */
function changeFollows(course, about, value) {
  const code = about.group.id;
  if (!course.about.countries.includes(value)) throw new Refused(`unknown country '${value}'`);
  if (value === code) throw new Refused(`${code} cannot follow itself`);
  for (const other of course.about.countries) {
    course.put([course.row("heeded", [code, other])], other === value ? 1 : 0, about.words);
  }
  course.follows.add(code);
}

/** A coefficient: at the estimate it is drawn jointly with the others, else held. */
function changeCoefficient(course, about, value) {
  const row = course.row("coefficient", [about.group.id]);
  const number = read(value, about.low, about.high);
  const joint = course.drawn.find((item) => item.joint === about.joint);
  course.put([row], number, about.words);
  if (about.joint !== undefined && joint && number === about.estimate) joint.rows = [row];
}

function changeType(course, about, value) {
  const found = course.about.types.find((type) => type.id === value);
  if (!found) throw new Refused(`'${value}' is not a PLOVER type`);
  course.put([course.row("score", [about.event])], found.score, about.words);
}

function changeDate(course, about, value, event) {
  const { start, stepDays } = course.about;
  const last = course.steps - 1;
  let step = value;
  if (typeof value === "string") {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) {
      throw new Refused(`expected a date such as 2025-09-15 or the number of a step, not '${value}'`);
    }
    const days = daysBetween(start, value);
    if (days < 0) throw new Refused(`${value} is before the start (${start})`);
    step = Math.floor(days / stepDays);
    if (step > last) throw new Refused(`${value} lies outside the run: raise steps`);
  } else if (!Number.isInteger(value) || value < 0 || value > last) {
    throw new Refused(`step ${value} lies outside the run: its steps are 0 to ${last}`);
  }
  event.at = value;
  course.own("due").data[course.events.indexOf(event)] = BigInt(step);
  course.settleRoles();
}

function changeAsks(course, about, value, event) {
  if (value !== null && !Array.isArray(value)) throw new Refused("expected a list of countries");
  (value ?? []).forEach((code, at) => {
    if (!course.about.countries.includes(code)) throw new Refused(`unknown country '${code}'`);
    if (code === event.actor) throw new Refused(`${code} is the actor: it does not ask itself`);
    if (value.indexOf(code) !== at) throw new Refused(`${code} is asked twice`);
  });
  event.asks = value;
  course.settleRoles();
}

/** A level that an event proposes, brings about or risks. */
function changeLevel(course, about, value, event) {
  const [[field, names]] = about.at;
  const flag = { proposed: "proposes", done: "does", otherwise: "risks" }[field];
  const [e, k] = [course.events.indexOf(event), course.place("K", names[1])];
  course.put([course.row(field, names)], value === null ? 0 : read(value, about.low, about.high), about.words);
  course.mark(flag, e, k, value !== null);
  course.settleIssues();
}

/** Refuse an event that needs consent and, when all changes are made, proposes nothing. */
function checkConsent(course, event) {
  const count = course.about.issues.length;
  const e = course.events.indexOf(event);
  const proposes = course.structure.proposes.data.subarray(e * count, (e + 1) * count);
  if (event.consent && proposes.every((each) => each === 0n)) {
    throw new Refused("consent is to a proposal: the event proposes nothing");
  }
}

function changeProbability(course, about, value, event) {
  const number = read(value, about.low, about.high);
  if (number === 0) throw new Refused("never comes up: its probability is 0");
  if (number === 1 && event.at === null && !event.when) {
    throw new Refused("an event needs at, when or a probability below 1 in each step");
  }
  changeNumber(course, about, value);
}

/** How a change is made, by the field of the table of paths; else a number at its rows. */
const CHANGES = {
  attitude: changeAttitude,
  dependence: changeDependence,
  follows: changeFollows,
  coefficient: changeCoefficient,
  type: changeType,
  at: changeDate,
  asks: changeAsks,
  proposes: changeLevel,
  does: changeLevel,
  otherwise: changeLevel,
  probability: changeProbability,
};

/** In which order changes are made: what holds for a pair both ways before what holds for one. */
const LATE = { follows: 2, attitude: 1 };

/**
 * The paths that are really set by some changes: a country's rule stands for several.
 * @param {Object<string, unknown>} changes
 * @param {Map<string, Object>} paths
 */
export function settings(changes, paths) {
  const found = {};
  for (const [path, value] of Object.entries(changes)) {
    const about = paths.get(path);
    if (about?.field === "rule") {
      const rule = about.choices.find((each) => each.value === value);
      Object.assign(found, rule ? rule.set : { [path]: value });
    } else found[path] = value;
  }
  return found;
}

/**
 * A course with some changes made.
 * @param {Object} base from `decoded`
 * @param {Object} shared
 * @param {Map<string, Object>} paths
 * @param {Object<string, unknown>} changes
 */
export function changed(base, shared, paths, changes) {
  const course = new Course(base, shared);
  const rows = Object.entries(settings(changes, paths)).map(([path, value]) => {
    const about = paths.get(path);
    if (!about) throw refused(path, new Refused(`there is no '${path}' that can be changed here`));
    return [about, value];
  });
  const late = ([about]) =>
    (LATE[about.field] ?? 0) - (about.field === "attitude" && isMutual(course, about) ? 0.5 : 0);
  rows.sort((one, other) => late(one) - late(other));
  const attempt = (about, doing) => {
    try {
      doing();
    } catch (error) {
      throw refused(about.path, error);
    }
  };
  for (const [about, value] of rows) attempt(about, () => course.change(about, value));
  for (const [about] of rows) {
    const event = about.field === "proposes" && course.event(about.event);
    if (event) attempt(about, () => checkConsent(course, event));
  }
  return course;
}

function isMutual(course, { about }) {
  return course.mutual.has(`${about.of}.${about.to}`);
}

function refused(path, error) {
  if (error instanceof Refused) error.path = path;
  return error;
}

/**
 * What is wrong with the first changed number of which next to nothing lies in its range, or that
 * cannot be computed with, or null.
 */
export function outOfRange(course, held, drawn) {
  const moved = course.drawn.map((item, d) => [item, d]).filter(([item]) => item.path);
  for (const [{ kind, path, ends }, d] of moved) {
    if (kind !== LISTED && !(held[2 * d + 1] >= LEAST_MASS)) {
      return { path, message: outside(...ends).message };
    }
    if (!Number.isFinite(drawn[d])) {
      const message = "malformed distribution: its numbers are too large or too small to compute with";
      return { path, message };
    }
  }
  return null;
}
