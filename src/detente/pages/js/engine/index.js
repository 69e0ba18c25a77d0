/** The model in the page: simulates variants of a scenario, with changes, in workers. */

import { bytesOf, changed, decoded, outOfRange, settings, unpacked } from "./course.js";
import { Machine } from "./machine.js";
import { Refused } from "./quantity.js";
import { Result } from "./result.js";
import { Labour } from "./worker.js";

const MOST_WORKERS = 8;
const DAY = 86400000;

/** An error by which a call says that a newer one, or whoever asked, has ended it. */
function aborted() {
  const error = new Error("a newer simulation has taken the place of this one");
  error.name = "AbortError";
  return error;
}

/** Does tasks in this thread, where there are no workers: in node. */
class Here {
  constructor() {
    this.labour = new Labour();
  }

  async do(task) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const [reply] = await this.labour.do(task);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.answer;
  }

  close() {}
}

/** Does tasks in a worker. */
class There {
  constructor(url) {
    this.worker = new Worker(url);
    this.waiting = new Map();
    this.count = 0;
    this.worker.onmessage = ({ data: { number, answer, error } }) => {
      const { resolve, reject } = this.waiting.get(number);
      this.waiting.delete(number);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    };
    this.worker.onerror = (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message));
      this.waiting.clear();
    };
  }

  do(task) {
    const number = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ ...task, number });
    });
  }

  close() {
    this.worker.terminate();
  }
}

/**
 * Open the model of a page.
 *
 * @param {Object} pageData from `detente.pages.data.page_data`
 * @param {{workerSource?: string, workers?: number}} options the text of `worker.js` with what it
 *   imports; without one, or where there are no workers, runs are simulated in this thread
 * @returns {Promise<Engine>}
 */
export async function openEngine(pageData, { workerSource, workers } = {}) {
  const { layout, wasm } = pageData.engine;
  const bytes = bytesOf(wasm);
  const machine = await Machine.open(bytes, layout);
  const canWork = typeof Worker !== "undefined" && workerSource !== undefined;
  const cores = (typeof navigator !== "undefined" && navigator.hardwareConcurrency) || 1;
  const count = canWork ? Math.min(workers ?? cores, MOST_WORKERS) : 1;
  const url = canWork && URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const crew = Array.from({ length: count }, () => (canWork ? new There(url) : new Here()));
  await Promise.all(crew.map((worker) => worker.do({ do: "open", bytes, layout })));
  if (canWork) URL.revokeObjectURL(url);
  return new Engine(pageData, machine, crew);
}

export class Engine {
  constructor(pageData, machine, crew) {
    const { scenario, engine, paths } = pageData;
    this.scenario = scenario;
    const courses = Object.entries(engine.courses).map(([name, data]) => [name, decoded(data)]);
    this.about = {
      ...engine,
      wasm: null, // compiled already
      courses: Object.fromEntries(courses),
      joint: unpacked(engine.joint),
      terms: engine.terms.length,
      start: scenario.start,
      stepDays: scenario.stepDays,
    };
    this.terms = engine.terms;
    this.paths = new Map(paths.map((each) => [each.path, each]));
    this.machine = machine;
    this.crew = crew;
    this.idle = [...crew];
    this.queue = [];
    this.lanes = new Map(); // the latest call of each lane
    this.known = []; // ids of the courses that workers have, the latest last
    this.count = 0;
  }

  /** End the workers. */
  close() {
    for (const worker of this.crew) worker.close();
  }

  /** The paths that changes set in a scenario file: the rule of a country stands for several. */
  settings(changes) {
    return settings(changes, this.paths);
  }

  /** A course of events with some changes. */
  course(variant, changes) {
    const base = this.about.courses[variant];
    if (!base) throw new Error(`there is no variant ${variant}`);
    return changed(base, this.about, this.paths, changes);
  }

  /**
   * What a scenario would refuse in some changes, in plain words.
   * @param {Object<string, unknown>} changes
   * @returns {{path: string, message: string}[]}
   */
  check(changes) {
    const found = [];
    for (const [path, value] of Object.entries(changes)) {
      const about = this.paths.get(path);
      if (about?.field === "rule" && !about.choices.some((choice) => choice.value === value)) {
        found.push({ path, message: `'${value}' is none of its rules` });
        continue;
      }
      const variants = about?.variants ?? Object.keys(this.about.courses).slice(0, 1);
      const told = variants.map((variant) => this.refusal(variant, { [path]: value }));
      found.push(...told.filter((each) => each !== null).slice(0, 1).map((each) => ({ ...each, path })));
    }
    if (found.length > 0) return found;
    const together = Object.keys(this.about.courses).map((each) => this.refusal(each, changes));
    return together.filter((each) => each !== null).slice(0, 1);
  }

  /** What a scenario would refuse in changes of one variant, or null. */
  refusal(variant, changes) {
    let course;
    try {
      course = this.course(variant, changes);
    } catch (error) {
      if (error instanceof Refused) return { path: error.path, message: error.message };
      throw error;
    }
    if (course.untouched) return null; // nothing is drawn otherwise
    const { draws, joint, sizes, seed } = course.arrays(this.scenario.seed);
    const named = (group, arrays) =>
      Object.entries(arrays).map(([name, each]) => [`${group}.${name}`, each]);
    const room = this.machine.lay({
      draw: Object.fromEntries([
        ...named("draws", draws),
        ...named("joint", joint),
        ["drawn", { shape: [sizes.U, 1] }], ["share", { shape: [1] }], ["seed", seed], ["first", 0],
      ]),
    });
    room.call("draw");
    return outOfRange(course, room.array("draws.held"), room.array("drawn"));
  }

  /**
   * Simulate runs of some variants.
   *
   * @param {Object} asked
   * @param {string[]} asked.variants
   * @param {number} [asked.runs] how many, by default as the scenario says
   * @param {number} [asked.firstRun] the number of the first, 0 by default
   * @param {string | number | bigint} [asked.seed] by default that of the scenario
   * @param {Object<string, unknown>} [asked.changes] values by path
   * @param {string} [asked.lane] a newer call of the same lane ends an older one
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Result>}
   */
  async simulate(asked, { signal } = {}) {
    const { variants, runs = this.scenario.runs, firstRun = 0, changes = {}, lane } = asked;
    const seed = asked.seed ?? this.scenario.seed;
    const courses = variants.map((variant) => this.course(variant, changes));
    const call = { over: false };
    if (lane !== undefined) {
      const before = this.lanes.get(lane);
      if (before) before.over = true;
      this.lanes.set(lane, call);
    }
    this.drop();
    const share = Math.ceil(runs / this.crew.length);
    const lanes = Math.ceil(share / Math.ceil(share / this.about.lanes));
    const found = new Map();
    await this.undisturbed(call, signal, courses.flatMap((course, at) => {
      const known = this.know(course.arrays(seed));
      const blocks = [];
      found.set(variants[at], { course, blocks });
      return Array.from({ length: Math.ceil(runs / lanes) }, async (_, block) => {
        const task = { do: "run", lanes, first: firstRun + block * lanes };
        blocks[block] = { first: block * lanes, lanes, ...(await this.give(task, known, call)) };
      });
    }));
    return new Result(this.about, this.scenario, found, { runs, firstRun, changes, seed });
  }

  /** Wait for all tasks of a call, but no longer than it is wanted. */
  async undisturbed(call, signal, tasks) {
    const end = () => {
      call.over = true;
      this.drop();
    };
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    try {
      const all = await Promise.allSettled(tasks);
      if (call.over) throw aborted();
      const failed = all.find((each) => each.status === "rejected");
      if (failed) throw failed.reason;
    } finally {
      signal?.removeEventListener("abort", end);
    }
  }

  /** Note a course, for workers to be told when they first need it. */
  know(course) {
    const known = { id: this.count++, course, told: new Set() };
    this.known.push(known);
    this.known.splice(0, this.known.length - 2 * Object.keys(this.about.courses).length);
    return known;
  }

  give(task, known, call) {
    return new Promise((resolve, reject) => {
      this.queue.push({ task, known, call, resolve, reject });
      this.next();
    });
  }

  /** Take the tasks of calls that are over from the queue. */
  drop() {
    const over = this.queue.filter(({ call }) => call.over);
    this.queue = this.queue.filter(({ call }) => !call.over);
    for (const { reject } of over) reject(aborted());
  }

  next() {
    if (this.queue.length === 0 || this.idle.length === 0) return;
    const { task, known, resolve, reject } = this.queue.shift();
    const worker = this.idle.shift();
    this.work(worker, task, known).then(resolve, reject).finally(() => {
      this.idle.push(worker);
      this.next();
    });
  }

  async work(worker, task, { id, course, told }) {
    if (!told.has(worker)) {
      told.add(worker);
      const wanted = [...this.known, ...this.queue.map((each) => each.known)].map((each) => each.id);
      await worker.do({ do: "know", id, course, wanted: [...wanted, id] });
    }
    return worker.do({ ...task, course: id });
  }

  /** The step at which a country's answer to an event is on record, or that at which it comes up. */
  stepOf(course, event, country) {
    const row = this.scenario.record.find(
      (each) => each.event === event && each.country === country && each.date,
    );
    const due = Number(course.structure.due.data[course.events.findIndex((e) => e.id === event)]);
    if (!row) return Math.max(due, 0);
    const days = Math.round((Date.parse(row.date) - Date.parse(this.scenario.start)) / DAY);
    const step = Math.floor(days / this.scenario.stepDays);
    return Math.min(Math.max(step, due, 0), course.steps - 1);
  }

  /**
   * Take the choice of a country about an event apart, averaged over the runs in which the event is
   * on the agenda at a step: by default that of the record, else that at which the event is due.
   *
   * @returns {Promise<{step: number, date: string, runs: number, responses: Object[], terms: Object[]}>}
   */
  async explain({ variant, event, country, step, runs = 100, firstRun = 0, changes = {}, seed }) {
    const course = this.course(variant, changes);
    const e = course.events.findIndex((each) => each.id === event);
    if (e < 0) throw new Error(`${event} is not in ${variant}`);
    const i = this.about.countries.indexOf(country);
    const at = step ?? this.stepOf(course, event, country);
    const known = this.know(course.arrays(seed ?? this.scenario.seed));
    const lanes = Math.min(this.about.lanes, runs);
    const call = { over: false };
    const parts = await Promise.all(
      Array.from({ length: Math.ceil(runs / lanes) }, (_, block) => {
        const count = Math.min(lanes, runs - block * lanes);
        const first = firstRun + block * lanes;
        const task = { do: "explain", lanes, first, count, step: at, event: e, country: i };
        return this.give(task, known, call);
      }),
    );
    const total = parts.reduce((sum, part) => sum + part.runs, 0);
    const options = this.about.responses;
    const mean = (row, r) =>
      parts.reduce((sum, part) => sum + part.sums[row * options.length + r], 0) / total;
    const open = course.structure.open.data;
    const from = (e * this.about.countries.length + i) * options.length;
    const responses = options.map((name, r) => ({
      id: name,
      open: open[from + r] === 1n,
      probability: mean(this.terms.length + 1, r),
      utility: mean(this.terms.length, r),
      terms: Object.fromEntries(this.terms.map((term, row) => [term.id, mean(row, r)])),
    }));
    return {
      step: at,
      date: this.date(at),
      runs: total,
      responses: responses.filter(({ open: is, probability }) => is || probability > 0),
      terms: this.terms,
    };
  }

  /** The day on which a step begins. */
  date(step) {
    const day = Date.parse(this.scenario.start) + step * this.scenario.stepDays * DAY;
    return new Date(day).toISOString().slice(0, 10);
  }

  /**
   * Who did what when in one run: events that come up, and responses to them, in order of time.
   * @returns {Promise<{step: number, date: string, event: string, country: string | null,
   *   response: string | null, from: string | null}[]>}
   */
  async story({ variant, run, changes = {}, seed }) {
    const result = await this.simulate({ variants: [variant], runs: 1, firstRun: run, changes, seed });
    const said = result.outcome("response", variant).data;
    const agenda = result.outcome("on_agenda", variant).data;
    const { events, countries, responses } = this.about;
    const actor = new Map(this.scenario.events.map((each) => [each.id, each.actor ?? null]));
    const acts = [];
    for (let step = 0; step < this.scenario.steps; step++) {
      const date = this.date(step);
      events.forEach((event, e) => {
        if (agenda[(step + 1) * events.length + e] < 2) return;
        acts.push({ step, date, event, country: actor.get(event), response: null, from: null });
      });
      events.forEach((event, e) => {
        countries.forEach((country, i) => {
          const at = (point) => said[(point * countries.length + i) * events.length + e];
          const [before, now] = [at(step), at(step + 1)];
          const anew = agenda[(step + 1) * events.length + e] === 2;
          if (now < 0 || (now === before && !anew)) return;
          const from = before < 0 || anew ? null : responses[before];
          acts.push({ step, date, event, country, response: responses[now], from });
        });
      });
    }
    return acts;
  }

  /** The number of the run whose responses are the most common of all. */
  typical(result, variant) {
    return pick(result, variant, 1);
  }

  /** The number of the run whose responses are the least common of all. */
  surprising(result, variant) {
    return pick(result, variant, -1);
  }
}

function pick(result, variant, sign) {
  const likeness = result.likeness(variant);
  let best = 0;
  likeness.forEach((each, run) => {
    if (sign * each > sign * likeness[best]) best = run;
  });
  return result.asked.firstRun + best;
}


