/** Runs of one course of events: what they draw, what they do, and a choice taken apart. */

import { axesOf } from "./machine.js";

/** Places in `now`, as in `detente.theory.arrays`. */
const FIRST_RUN = 1;

/**
 * What the arrays of a course are for so many runs side by side.
 *
 * @typedef {Object} Course
 * @property {Object<string, number>} sizes lengths of axes: N, K, E, R, C, D, T, A, U
 * @property {Object<string, {kind: string, shape: number[], data: Object}>} structure
 * @property {Float64Array} column inputs as they are where nothing is drawn
 * @property {[string, string][]} inputs names and axes of the parts of the column
 * @property {Object<string, Object>} draws what is drawn, as `Draws` has it
 * @property {Int32Array} rows of the column that are drawn
 * @property {Int32Array} sources which draw each of them is
 * @property {Object<string, Object>} joint what varies jointly
 * @property {number} steps
 * @property {string} seed
 */

/** Runs of a course, so many at a time; made anew where the course or that number changes. */
export class Block {
  /**
   * @param {import("./machine.js").Machine} machine
   * @param {Course} course
   * @param {number} lanes
   */
  constructor(machine, course, lanes) {
    this.course = course;
    this.lanes = lanes;
    const axes = axesOf(course.sizes, lanes);
    const sized = ([name, , letters]) =>
      [name, letters === "" ? 0 : { shape: [...letters].map((each) => axes[each]) }];
    const values = Object.fromEntries(machine.layout.run.map(sized));
    for (const [name, given] of Object.entries(course.structure)) {
      values[`structure.${name}`] = given;
    }
    values["structure.seed"] = course.seed;
    values.now = { shape: [4] };
    const drawn = Object.fromEntries(machine.layout.draw.map(sized));
    for (const [name, given] of Object.entries(course.draws)) drawn[`draws.${name}`] = given;
    for (const [name, given] of Object.entries(course.joint)) drawn[`joint.${name}`] = given;
    drawn.seed = course.seed;
    this.room = machine.lay({ draw: drawn, run: values });
    this.at = new Int32Array(course.column.length); // of each row, its place among all doubles
    let row = 0;
    for (const [name, letters] of course.inputs) {
      const { address, length } = this.room.places.get(`inputs.${name}`);
      if (!letters.endsWith("L")) throw new Error(`${name} has no lanes`);
      for (let at = 0; at < length; at += lanes) this.at[row++] = address / 8 + at;
    }
  }

  /** Draw the inputs of runs from `first` on, and put them in place. */
  draw(first) {
    const { course, lanes, room, at } = this;
    room.set("draw", "first", first);
    room.call("draw");
    const memory = new Float64Array(room.machine.exports.memory.buffer);
    course.column.forEach((value, row) => memory.fill(value, at[row], at[row] + lanes));
    const drawn = room.places.get("drawn").address / 8;
    course.rows.forEach((row, number) => {
      const from = drawn + course.sources[number] * lanes;
      memory.copyWithin(at[row], from, from + lanes);
    });
    room.array("now")[FIRST_RUN] = BigInt(first);
  }

  /**
   * Simulate runs from `first` on; return what is kept of them, a copy.
   * @param {number} first
   */
  simulate(first) {
    this.draw(first);
    this.room.set("run", "stop", -1);
    this.room.call("run");
    const { fields, from, to } = this.kept();
    return { fields, buffer: this.room.machine.exports.memory.buffer.slice(from, to) };
  }

  /** Where what is kept of a run stands: one stretch of memory. */
  kept() {
    const fields = {};
    let [from, to] = [Infinity, 0];
    const names = [...this.room.places.keys()];
    const kept = names.filter((name) => /^(kept\.|ended\.|said$|on_agenda$)/.test(name));
    for (const name of kept) {
      const { address, length, kind, shape } = this.room.places.get(name);
      from = Math.min(from, address);
      to = Math.max(to, address + length * (kind === "int8" ? 1 : 8));
      fields[name] = { address, kind, shape };
    }
    for (const field of Object.values(fields)) field.address -= from;
    return { fields, from, to };
  }

  /** The stances of the responses in the runs last drawn, [response, run]. */
  stances() {
    return this.room.array("inputs.response_stance").slice();
  }

  /**
   * Take the choice of a country apart in runs from `first` on; add up over those in which the
   * event is on the agenda.
   */
  explain(first, count, step, event, country) {
    this.draw(first);
    for (const [name, value] of Object.entries({ stop: step, event, country })) {
      this.room.set("run", name, value);
    }
    this.room.call("run");
    const taken = this.room.array("taken");
    const size = taken.length / this.lanes;
    const sums = new Float64Array(size);
    let runs = 0;
    for (let lane = 0; lane < count; lane++) {
      const own = taken.subarray(lane * size, (lane + 1) * size);
      if (Number.isNaN(own[0])) continue;
      runs += 1;
      own.forEach((value, at) => (sums[at] += value));
    }
    return { sums, runs };
  }
}
