/** What a worker does: it keeps the model and some courses, and simulates the runs it is told to. */

import { Machine } from "./machine.js";
import { Block } from "./runs.js";

/** Answers the tasks of one worker, wherever it runs. */
export class Labour {
  constructor() {
    this.courses = new Map();
    this.block = null;
  }

  /** @param {{bytes: Uint8Array, layout: Object}} given */
  async open({ bytes, layout }) {
    this.machine = await Machine.open(bytes, layout);
  }

  /** Take note of a course, and forget those that are no longer wanted. */
  know({ id, course, wanted }) {
    if (course) this.courses.set(id, course);
    for (const each of this.courses.keys()) {
      if (!wanted.includes(each)) this.courses.delete(each);
    }
    if (this.block && !this.courses.has(this.block.id)) this.block = null;
  }

  /** The block of a course, the one at hand if it is the same. */
  room(id, lanes) {
    if (!this.block || this.block.id !== id || this.block.lanes !== lanes) {
      this.block = new Block(this.machine, this.courses.get(id), lanes);
      this.block.id = id;
    }
    return this.block;
  }

  run({ course, lanes, first }) {
    const block = this.room(course, lanes);
    return { ...block.simulate(first), stances: block.stances() };
  }

  explain({ course, lanes, first, count, step, event, country }) {
    return this.room(course, lanes).explain(first, count, step, event, country);
  }

  /** Do a task; return the answer and what of it can be handed over without a copy. */
  async do(task) {
    try {
      const answer = await this[task.do](task);
      return [{ number: task.number, answer }, answer && answer.buffer ? [answer.buffer] : []];
    } catch (error) {
      return [{ number: task.number, error: String((error && error.message) || error) }, []];
    }
  }
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  const labour = new Labour();
  self.onmessage = async (message) => self.postMessage(...(await labour.do(message.data)));
}
