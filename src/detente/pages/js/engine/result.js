/** Results of a simulation: what the runs of some variants came to, and what to make of it. */

/** What stands for a response where an event never came up, and for whose act it is. */
export const NEVER = -2;
export const ACTS = -3;
/** What is added where an event is on the agenda, in the log of the agenda. */
const LIVE = 4;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * The value below which a share of some numbers in rising order lies, between two by their
 * distance, as NumPy does it.
 */
export function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** Numbers along named dimensions, the last fastest. */
function array(dims, shape) {
  return { dims, shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) };
}

/** The runs of one variant, in blocks as they were simulated. */
class Runs {
  constructor(course, blocks, runs) {
    this.events = course.events.map((event) => event.id);
    this.actors = course.events.map((event) => course.about.countries.indexOf(event.actor));
    this.silence = [...course.structure.silence.data].map(Number);
    this.blocks = blocks;
    this.runs = runs;
  }

  /** Walk each block with the field of a name in it. */
  *fields(name) {
    for (const { first, lanes, buffer, fields, stances } of this.blocks) {
      const { address, kind, shape } = fields[name];
      const length = shape.reduce((a, b) => a * b, 1);
      const Kind = kind === "int8" ? Int8Array : Float64Array;
      const count = Math.min(lanes, this.runs - first);
      yield { first, lanes, count, shape, stances, data: new Kind(buffer, address, length) };
    }
  }
}

export class Result {
  /**
   * @param {Object} about the engine's part of the data of the page
   * @param {Object} scenario
   * @param {Map<string, {course: Object, blocks: Object[]}>} found by variant
   * @param {{runs: number, firstRun: number, changes: Object}} asked
   */
  constructor(about, scenario, found, asked) {
    this.about = about;
    this.scenario = scenario;
    this.asked = asked;
    this.runs = asked.runs;
    this.variants = [...found.keys()];
    this.of = new Map(
      [...found].map(([name, { course, blocks }]) => [name, new Runs(course, blocks, asked.runs)]),
    );
    this.codes = about.countries;
    this.poles = Object.keys(scenario.poles);
    this.points = scenario.steps + 1;
    this.made = new Map();
  }

  /**
   * The values of an outcome in every run.
   *
   * At each point in time, the start first, by country where it is of countries: `tilt`, `revealed`,
   * `hedging`, `toward_<pole>`, `revealed_<pole>`, `tension`, `polarisation`, `level` by issue, and
   * what else the theory declares without an axis of events; `response` and `stance` by country and
   * event. At the end: `first_response`, `last_response` and `ever_response` (0 or 1 by response),
   * `stance_<event>`, `bloc` and what else is measured then.
   *
   * A response is its place in the repertoire, -1 for none yet, -2 where the event has not come up
   * and -3 for whose act the event is; in first and last response -1 stands for all of these.
   */
  outcome(name, variant) {
    const key = `${variant}/${name}`;
    if (!this.made.has(key)) this.made.set(key, this.make(name, this.of.get(variant)));
    return this.made.get(key);
  }

  make(name, runs) {
    if (name === "response") return this.responses(runs, false);
    if (name === "stance") return this.responses(runs, true);
    if (name === "ever_response") return this.ever(runs);
    if (name === "on_agenda") return this.onAgenda(runs);
    const [declared, fixed] = this.declared(name);
    const field = declared.at === "points" ? "kept" : "ended";
    const timed = declared.at === "points";
    const events = this.about.events.map((id) => runs.events.indexOf(id));
    const axes = declared.axes.map((axis) => {
      const labels = this.labels(axis);
      const places = axis === "event" ? events : labels.map((_, at) => at);
      return { axis, places: axis in fixed ? [places[labels.indexOf(fixed[axis])]] : places };
    });
    // countries come first wherever they are, as in all that is by country
    const order = [...axes].sort((a, b) => (b.axis === "country") - (a.axis === "country"));
    const free = order.filter(({ axis }) => !(axis in fixed));
    const shape = [runs.runs, ...(timed ? [this.points] : []), ...free.map((a) => a.places.length)];
    const made = array(["run", ...(timed ? ["step"] : []), ...free.map((a) => a.axis)], shape);
    made.data.fill(NaN);
    const inner = free.reduce((size, { places }) => size * places.length, 1);
    const outer = inner * (timed ? this.points : 1);
    for (const { first, lanes, count, shape: own, data } of runs.fields(`${field}.${declared.name}`)) {
      const sizes = own.slice(timed ? 1 : 0, -1);
      const size = sizes.reduce((a, b) => a * b, 1);
      const places = this.places(axes, order, sizes);
      for (let point = 0; point < (timed ? this.points : 1); point++) {
        for (let to = 0; to < inner; to++) {
          if (places[to] < 0) continue;
          const from = (point * size + places[to]) * lanes;
          for (let lane = 0; lane < count; lane++) {
            made.data[(first + lane) * outer + point * inner + to] = data[from + lane];
          }
        }
      }
    }
    return made;
  }

  /** Where each value, in the order that is asked for, stands in the order of the model. */
  places(axes, order, sizes) {
    const strides = new Map();
    let stride = 1;
    for (let at = axes.length - 1; at >= 0; at--) {
      strides.set(axes[at].axis, stride);
      stride *= sizes[at];
    }
    let found = [0];
    for (const { axis, places } of order) {
      const step = strides.get(axis);
      found = found.flatMap((at) =>
        places.map((place) => (place < 0 || at < 0 ? -1 : at + place * step)),
      );
    }
    return found;
  }

  labels(axis) {
    const { countries, issues, responses, events } = this.about;
    return { country: countries, other: countries, issue: issues, response: responses,
      pole: this.poles, event: events }[axis];
  }

  /** The outcome that a name stands for, and what it is along its other axes. */
  declared(name) {
    for (const outcome of this.about.outcomes) {
      if (outcome.name === name) return [outcome, {}];
      for (const axis of ["pole", "event"]) {
        if (!outcome.axes.includes(axis)) continue;
        const label = this.labels(axis).find((each) => `${outcome.stem}_${each}` === name);
        if (label) return [outcome, { [axis]: label }];
      }
    }
    throw new Error(`there is no outcome ${name}`);
  }

  /** Responses, or what they say, at each point in time. */
  responses(runs, stances) {
    const [n, events] = [this.codes.length, this.about.events];
    const dims = ["run", "step", "country", "event"];
    const made = array(dims, [runs.runs, this.points, n, events.length]);
    made.data.fill(stances ? NaN : NEVER);
    const own = events.map((id) => runs.events.indexOf(id));
    for (const { first, lanes, count, data, stances: said } of runs.fields("said")) {
      for (let point = 0; point < this.points; point++) {
        own.forEach((e, to) => {
          for (let i = 0; i < (e < 0 ? 0 : n); i++) {
            const from = ((point * runs.events.length + e) * n + i) * lanes;
            for (let lane = 0; lane < count; lane++) {
              const at = ((first + lane) * this.points + point) * n + i;
              const r = data[from + lane];
              made.data[at * events.length + to] = stances ? saidBy(r, said, lanes, lane) : r;
            }
          }
        });
      }
    }
    return made;
  }

  /** Whether each response was given at any time. */
  ever(runs) {
    const [n, events, r] = [this.codes.length, this.about.events, this.about.responses.length];
    const made = array(["run", "country", "event", "response"], [runs.runs, n, events.length, r]);
    const own = runs.events.map((id) => events.indexOf(id));
    for (const { first, lanes, count, data } of runs.fields("said")) {
      for (let from = 0; from < data.length; from += lanes) {
        const pair = (from / lanes) % (runs.events.length * n);
        const [e, i] = [own[Math.floor(pair / n)], pair % n];
        for (let lane = 0; lane < count; lane++) {
          if (data[from + lane] < 0) continue;
          made.data[(((first + lane) * n + i) * events.length + e) * r + data[from + lane]] = 1;
        }
      }
    }
    return made;
  }

  /**
   * Whether each event is on the agenda at each point in time: 0, 1, or 2 where it has just come up,
   * 3 where it has come up again while it was on the agenda.
   */
  onAgenda(runs) {
    const events = this.about.events;
    const made = array(["run", "step", "event"], [runs.runs, this.points, events.length]);
    const own = runs.events.map((id) => events.indexOf(id));
    for (const { first, lanes, count, data } of runs.fields("on_agenda")) {
      for (let from = 0; from < data.length; from += lanes) {
        const e = own[(from / lanes) % own.length];
        const point = Math.floor(from / lanes / own.length);
        for (let lane = 0; lane < count; lane++) {
          const log = data[from + lane];
          const value = log % LIVE > 0 ? 1 + (log % LIVE) : log >= LIVE ? 1 : 0;
          made.data[((first + lane) * this.points + point) * events.length + e] = value;
        }
      }
    }
    return made;
  }

  /**
   * How an outcome is distributed over runs at each point in time.
   * @returns {{dims: string[], quantiles: number[], points: Object}} arrays [step] or [step, country]
   */
  fan(name, variant) {
    const { dims, shape, data } = this.outcome(name, variant);
    const inner = shape.slice(1).reduce((a, b) => a * b, 1);
    const made = { dims: dims.slice(1), shape: shape.slice(1), mean: new Float64Array(inner) };
    for (const share of QUANTILES) made[`q${Math.round(100 * share)}`] = new Float64Array(inner);
    const own = new Float64Array(shape[0]);
    for (let at = 0; at < inner; at++) {
      let sum = 0;
      for (let run = 0; run < shape[0]; run++) sum += own[run] = data[run * inner + at];
      made.mean[at] = sum / shape[0];
      own.sort();
      for (const share of QUANTILES) made[`q${Math.round(100 * share)}`][at] = quantile(own, share);
    }
    return made;
  }

  /**
   * In which share of the runs in which an event came up each country gave each response.
   * @param {"first" | "ever" | "last"} which
   * @returns {number[][]} by country and response; NaN where the event never came up
   */
  shares(event, variant, which = "first") {
    const runs = this.of.get(variant);
    const [n, events, r] = [this.codes.length, this.about.events, this.about.responses.length];
    const [e, own] = [events.indexOf(event), runs.events.indexOf(event)];
    const found = this.codes.map(() => new Array(r).fill(own < 0 ? NaN : 0));
    if (own < 0) return found;
    let came = 0;
    const last = this.outcome("last_response", variant).data;
    const given = which === "ever" ? this.outcome("ever_response", variant).data
      : this.outcome(`${which}_response`, variant).data;
    const stance = this.outcome(`stance_${event}`, variant).data;
    for (let run = 0; run < runs.runs; run++) {
      if (Number.isNaN(stance[run * n])) continue;
      came += 1;
      for (let i = 0; i < n; i++) {
        const at = (run * n + i) * events.length + e;
        if (which === "ever") {
          let any = 0;
          for (let k = 0; k < r; k++) any += given[at * r + k];
          for (let k = 0; k < r; k++) found[i][k] += given[at * r + k];
          if (any === 0 && last[at] >= 0) found[i][last[at]] += 1; // who never spoke is silent
        } else if (given[at] >= 0) found[i][given[at]] += 1;
      }
    }
    return found.map((row) => row.map((count) => count / came));
  }

  /** The value of an outcome in each run, [run, country] or [run]: at the end, or over the steps. */
  values(name, variant) {
    const [declared] = this.declared(name);
    const { dims, shape, data } = this.outcome(name, variant);
    const country = dims.includes("country");
    const inner = country ? this.codes.length : 1;
    const made = array(country ? ["run", "country"] : ["run"], country ? [shape[0], inner] : [shape[0]]);
    const points = dims[1] === "step" ? this.points : 1;
    for (let run = 0; run < shape[0]; run++) {
      for (let i = 0; i < inner; i++) {
        const at = (point) => data[(run * points + point) * inner + i];
        let value = at(points - 1);
        if (declared.over === "steps") {
          value = 0;
          for (let point = 1; point < points; point++) value += at(point);
          value /= points - 1;
        }
        made.data[run * inner + i] = value;
      }
    }
    return made;
  }

  /**
   * What a variant changed against another, run by run on the same random numbers.
   * @returns {{mean: number, low: number, high: number, positive: number, error: number, runs: number}[]}
   *   by country, one row for what is of the region; 95 % of the runs lie between low and high,
   *   error is the standard error of the mean
   */
  effect(name, variant, against) {
    const own = this.values(name, variant);
    const other = this.values(name, against);
    const inner = own.shape[1] ?? 1;
    return Array.from({ length: inner }, (_, i) => {
      const changes = [];
      for (let run = 0; run < own.shape[0]; run++) {
        const change = own.data[run * inner + i] - other.data[run * inner + i];
        if (!Number.isNaN(change)) changes.push(change);
      }
      const sorted = Float64Array.from(changes).sort();
      const mean = changes.reduce((sum, each) => sum + each, 0) / changes.length;
      const square = changes.reduce((sum, each) => sum + (each - mean) ** 2, 0);
      return {
        mean,
        low: quantile(sorted, 0.025),
        high: quantile(sorted, 0.975),
        positive: changes.filter((each) => each > 0).length / changes.length,
        error: Math.sqrt(square / (changes.length - 1) / changes.length),
        runs: changes.length,
      };
    });
  }

  /** Which run is the most, and which the least like the others: by how common its responses are. */
  likeness(variant) {
    const { data } = this.outcome("last_response", variant);
    const size = data.length / this.runs;
    const counts = Array.from({ length: size }, () => new Map());
    data.forEach((value, at) => {
      const own = counts[at % size];
      own.set(value, (own.get(value) ?? 0) + 1);
    });
    return Array.from({ length: this.runs }, (_, run) => {
      let sum = 0;
      for (let at = 0; at < size; at++) {
        sum += Math.log(counts[at].get(data[run * size + at]) / this.runs);
      }
      return sum;
    });
  }
}

function saidBy(r, said, lanes, lane) {
  if (r === NEVER) return NaN;
  if (r === ACTS) return 1;
  return r < 0 ? 0 : said[r * lanes + lane];
}
