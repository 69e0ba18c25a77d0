// The page as a whole: its state, the simulations that follow from it, the frame around the views.

import { choice, h, put } from "./dom.js";
import { look } from "./charts/look.js";
import { fromHash, initial, PATH, RUNS, toHash, VIEWS } from "./state.js";
import { changeList } from "./controls.js";
import { guessView } from "./views/guess.js";
import { revealView } from "./views/reveal.js";
import { regionView } from "./views/region.js";
import { futuresView } from "./views/futures.js";
import { whatifView } from "./views/whatif.js";
import { homeView } from "./views/home.js";
import { exploreView } from "./views/explore.js";

const BUILD = { guess: guessView, reveal: revealView, region: regionView, futures: futuresView, whatif: whatifView, home: homeView, explore: exploreView };
/** Ratio of large type to the usual. */
const LARGE = 1.35;

export class App {
  /** @param {HTMLElement} root @param {any} scenario @param {any} engine @param {any} texts */
  constructor(root, scenario, engine, texts) {
    Object.assign(this, { root, scenario, engine, texts });
    /** @type {any} */
    this.state = initial(scenario);
    /** @type {{now: any, base: any, changes: any} | null} */
    this.latest = null;
    this.running = false;
    this.wanted = false;
    this.bases = new Map();
    this.view = null;
    this.remembered = new Map();
    this.message = [];
  }

  start() {
    this.dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => this.setDark(event.matches));
    this.frame();
    this.setDark(this.dark);
    this.open(location.hash);
    window.addEventListener("hashchange", () => {
      if (location.hash !== toHash(this.state, this.scenario)) this.open(location.hash);
    });
    new ResizeObserver(() => this.redraw()).observe(this.main);
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  /** Take the state from an address. */
  open(hash) {
    const { state, problems } = fromHash(hash, this.scenario, this.texts, (changes) => this.engine.check(changes));
    this.state = state;
    this.message = problems;
    this.build();
    this.simulate();
  }

  /** Change what is shown, and show it. */
  go(patch) {
    const before = this.state;
    this.state = { ...before, ...patch };
    if ("variant" in patch && this.state.against === this.state.variant) this.state.against = this.scenario.twinOf(patch.variant);
    if ("view" in patch) this.message = [];
    this.build();
    if (["variant", "against", "runs", "seed", "changes"].some((key) => this.state[key] !== before[key])) this.simulate();
    if ("view" in patch && patch.view !== before.view) {
      window.scrollTo(0, 0);
      this.main.querySelector("h2")?.focus();
    }
  }

  /** Change what is shown without building the view anew. */
  note(patch) {
    this.state = { ...this.state, ...patch };
    this.address();
  }

  /** Set a value of the scenario; the one that it had takes the change back. */
  set(path, value) {
    const changes = { ...this.state.changes };
    if (value === undefined) delete changes[path];
    else changes[path] = value;
    this.note({ changes });
    this.changed();
    this.simulate();
  }

  /** Take changes back: all, or one. */
  undo(path) {
    if (path) this.set(path, undefined);
    else this.replaceChanges({});
  }

  /** Put other changes in place of all. */
  replaceChanges(changes, patch = {}) {
    this.note({ changes, ...patch });
    this.changed();
    this.simulate();
  }

  /** Show which values are changed. */
  changed() {
    put(this.chips, changeList(this));
    this.view?.sync?.();
  }

  get variants() {
    return [...new Set([this.state.variant, this.state.against].filter(Boolean))];
  }

  /** What was simulated last, if it is of the courses that are shown. */
  get results() {
    return this.latest && this.variants.every((each) => this.latest.now.variants.includes(each)) ? this.latest : null;
  }

  /** Simulate what is asked for; while one simulation runs, only the latest wish is kept. */
  async simulate() {
    this.wanted = true;
    if (this.running) return;
    this.running = true;
    this.root.setAttribute("aria-busy", "true");
    try {
      while (this.wanted) {
        this.wanted = false;
        await this.once();
      }
    } catch (error) {
      if (error?.name !== "AbortError") this.say([`${this.texts.app.failed} ${error?.message ?? error}`]);
    } finally {
      this.running = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  /** What is to be simulated, but for the changes. */
  get ask() {
    const { runs, seed } = this.state;
    return { variants: this.variants, runs, firstRun: 0, seed: seed ?? this.scenario.own.seed };
  }

  async once() {
    const { changes } = this.state;
    const ask = this.ask;
    const key = JSON.stringify(ask);
    const began = performance.now();
    if (!this.bases.has(key)) {
      if (this.bases.size > 3) this.bases.delete(this.bases.keys().next().value);
      this.bases.set(key, await this.engine.simulate({ ...ask, changes: {}, lane: "base" }));
    }
    const base = this.bases.get(key);
    const now = Object.keys(changes).length ? await this.engine.simulate({ ...ask, changes, lane: "main" }) : base;
    if (key !== JSON.stringify(this.ask)) return;
    this.latest = { base, now, changes };
    this.redraw();
    this.status.textContent = this.texts.app.status(ask.runs, ask.variants.length, Math.round(performance.now() - began));
    if (!this.root.dataset.drawn) performance.mark("drawn"); // for tests/benchmarks/page_moves.py
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
  }

  /** Draw the pictures of the view anew. */
  redraw() {
    if (!this.view) return;
    const size = `${this.main.clientWidth} ${this.em}`;
    if (size === this.size && this.results === this.drawn && this.dark === this.drawnDark) return;
    [this.size, this.drawn, this.drawnDark] = [size, this.results, this.dark];
    this.view.draw();
  }

  /** What is worked out once for a state: explanations, stories. */
  async recall(key, make) {
    const whole = `${JSON.stringify([this.state.changes, this.state.runs, this.state.seed])} ${key}`;
    if (!this.remembered.has(whole)) {
      if (this.remembered.size > 40) this.remembered.delete(this.remembered.keys().next().value);
      this.remembered.set(whole, make());
    }
    return this.remembered.get(whole);
  }

  get em() {
    return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  /** What a picture in an element needs to know. */
  look(element) {
    return look(element.clientWidth || 600, this.em, this.dark);
  }

  setDark(dark) {
    this.dark = dark;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    this.redraw();
  }

  setLarge(large) {
    document.documentElement.style.setProperty("--large", large ? String(LARGE) : "1");
    this.redraw();
  }

  say(message) {
    this.message = message;
    this.banner();
  }

  banner() {
    if (!this.message.length) return put(this.notice);
    return put(this.notice, h("div", { class: "notice", role: "alert" },
      h("ul", {}, this.message.slice(0, 8).map((each) => h("li", {}, each))),
      h("button", { type: "button", onclick: () => this.say([]) }, this.texts.app.close)));
  }

  address() {
    try {
      history.replaceState(null, "", toHash(this.state, this.scenario) || location.href.split("#")[0]);
    } catch {
      // a frame of a notebook has no address of its own: the link in "Take home" still has the state
    }
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const at = VIEWS.indexOf(this.state.view);
    if (event.key === "PageDown" && at < VIEWS.length - 1) this.go({ view: VIEWS[at + 1] });
    else if (event.key === "PageUp" && at > 0) this.go({ view: VIEWS[at - 1] });
    else return;
    event.preventDefault();
  }

  /** What stands around the views, once. */
  frame() {
    const { texts, scenario } = this;
    const words = texts.app;
    this.nav = h("nav", { class: "chapters", "aria-label": words.path });
    this.notice = h("div", {});
    this.main = h("main", { id: "content", tabindex: "-1" });
    this.chips = h("div", { class: "changes", role: "region", "aria-live": "polite" });
    this.steps = h("div", { class: "steps" });
    this.status = h("p", { class: "status", role: "status" }, words.simulating);
    const large = h("button", { type: "button", "aria-pressed": "false", title: words.large, "aria-label": words.large, onclick: () => {
      const on = large.getAttribute("aria-pressed") !== "true";
      large.setAttribute("aria-pressed", String(on));
      this.setLarge(on);
    } }, "A", h("sup", {}, "+"));
    const theme = h("button", { type: "button", title: words.theme, "aria-label": words.theme, onclick: () => this.setDark(!this.dark) }, "\u25d0");
    this.runs = h("div", {});
    put(this.root,
      h("a", { class: "skip", href: "#content", onclick: (event) => { event.preventDefault(); this.main.focus(); } }, words.skip),
      h("header", {}, h("div", { class: "top" }, h("h1", {}, scenario.own.title || scenario.own.name), h("div", { class: "tools" }, large, theme)), this.nav),
      this.notice, this.chips, this.main,
      h("footer", {}, this.steps, h("div", { class: "foot" }, this.status, this.runs), h("p", { class: "small" }, words.note)));
  }

  build() {
    const { texts, state } = this;
    const words = texts.app;
    put(this.nav, h("ol", {}, VIEWS.map((view, at) => h("li", {},
      h("button", { type: "button", "aria-current": view === state.view ? "step" : null, onclick: () => this.go({ view }) },
        h("span", { class: "number", "aria-hidden": "true" }, view === "explore" ? "\u2605" : String(at + 1)), words.chapters[view])))));
    put(this.runs, choice(words.runs, RUNS.map((runs) => [runs, String(runs)]), state.runs, (runs) => this.go({ runs })));
    const [list, here] = [this.nav.firstChild, this.nav.querySelector("[aria-current]")];
    list.scrollLeft = here.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
    const at = VIEWS.indexOf(state.view);
    put(this.steps,
      at > 0 ? h("button", { type: "button", class: "back", onclick: () => this.go({ view: VIEWS[at - 1] }) }, `\u2190 ${words.back}`) : null,
      PATH.includes(state.view) ? h("button", { type: "button", class: "next", onclick: () => this.go({ view: VIEWS[at + 1] }) }, `${words.toNext[state.view]} \u2192`) : null);
    this.view?.leave?.();
    this.view = BUILD[state.view](this);
    put(this.main, this.view.element);
    this.main.dataset.view = state.view;
    this.size = null;
    this.banner();
    this.changed();
    this.redraw();
    this.address();
  }
}
