// What is shown, and the address after # that says so: a link opens the same state elsewhere.

/** Views of the guided path, in its order, and the free one after it. */
export const PATH = ["guess", "reveal", "region", "futures", "whatif", "home"];
export const VIEWS = [...PATH, "explore"];
export const TABS = ["effects", "responses", "time", "region", "why", "predict", "home"];
/** Numbers of runs to choose from. */
export const RUNS = [100, 300, 1000];

/** What is shown where no address says otherwise. */
export function initial(scenario) {
  const variant = scenario.own.variants[0].id;
  return {
    view: "guess", tab: "effects", variant, against: scenario.twinOf(variant), event: scenario.main,
    country: scenario.focus, outcome: "revealed", week: 0, run: "typical", shown: "map", runs: 300,
    seed: null, changes: {}, counts: {}, hands: false, levers: 1,
  };
}

/** The part after # for a state: only what differs from the start. */
export function toHash(state, scenario) {
  const usual = initial(scenario);
  const parts = new URLSearchParams();
  for (const key of ["view", "tab", "variant", "against", "event", "country", "outcome", "week", "run", "shown", "runs", "seed", "levers"]) {
    if (state[key] !== usual[key]) parts.set(key, state[key] ?? "");
  }
  for (const [country, counts] of Object.entries(state.counts)) {
    const given = Object.entries(counts).filter(([, count]) => count > 0);
    if (given.length) parts.set(`guess:${country}`, given.map(([id, count]) => `${id}*${count}`).join(" "));
  }
  for (const [path, value] of Object.entries(state.changes)) parts.set(path, JSON.stringify(value));
  const text = parts.toString();
  return text ? `#${text}` : "";
}

const whole = (text, most) => (/^\d{1,6}$/.test(text) && Number(text) <= most ? Number(text) : null);

/**
 * The state of an address, and in plain words what of it is not known here.
 * @returns {{state: any, problems: string[]}}
 */
export function fromHash(hash, scenario, texts, check) {
  const state = initial(scenario);
  const problems = [];
  const own = scenario.own;
  const known = {
    view: (v) => (VIEWS.includes(v) ? v : null),
    tab: (v) => (TABS.includes(v) ? v : null),
    variant: (v) => (scenario.variant(v) ? v : null),
    against: (v) => (v === "" || scenario.variant(v) ? v : null),
    event: (v) => (scenario.event(v) ? v : null),
    country: (v) => (scenario.codes.includes(v) ? v : null),
    outcome: (v) => (["revealed", "tilt"].includes(v) ? v : null),
    week: (v) => whole(v, own.steps - 1),
    run: (v) => (["typical", "surprising", "all"].includes(v) ? v : whole(v, 999999)),
    shown: (v) => (["map", "network"].includes(v) ? v : null),
    runs: (v) => (RUNS.includes(Number(v)) ? Number(v) : null),
    seed: (v) => (/^\d{1,15}$/.test(v) ? Number(v) : null),
    levers: (v) => whole(v, 3),
  };
  let parts;
  try {
    parts = [...new URLSearchParams(hash.replace(/^#/, ""))];
  } catch {
    return { state, problems: [texts.link.unreadable] };
  }
  const changes = {};
  let against;
  for (const [key, text] of parts) {
    if (Object.hasOwn(known, key)) {
      const value = known[key](text);
      if (value === null) problems.push(texts.link.strange(key, text));
      else if (key === "against") against = value || null;
      else state[key] = value;
    } else if (key.startsWith("guess:")) {
      const counts = {};
      for (const word of text.split(" ")) {
        const [id, count] = word.split("*");
        if (scenario.place(id) >= 0 && whole(count ?? "", 999)) counts[id] = Number(count);
      }
      if (scenario.codes.includes(key.slice(6))) state.counts[key.slice(6)] = counts;
      else problems.push(texts.link.strange(key, text));
    } else if (scenario.byPath.has(key)) {
      try {
        changes[key] = JSON.parse(text);
      } catch {
        problems.push(texts.link.strange(key, text));
      }
    } else problems.push(texts.link.unknown(key));
  }
  const wrong = check(changes);
  for (const { path, message } of wrong) {
    problems.push(`${path}: ${message}`);
    delete changes[path];
  }
  state.changes = changes;
  state.against = against === undefined ? scenario.twinOf(state.variant) : against;
  if (state.against === state.variant) state.against = scenario.twinOf(state.variant);
  return { state, problems };
}
