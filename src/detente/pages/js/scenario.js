// What the page knows of its scenario, and what follows from it without a simulation.

import { dayOf, stepOf } from "./format.js";

/** The scenario of the page, with what is looked up by name. */
export class Scenario {
  /** @param {any} page what `page_data` wrote */
  constructor(page) {
    const own = page.scenario;
    /** @type {any} */
    this.own = own;
    this.paths = page.paths.filter((row) => !row.hidden);
    this.codes = own.countries.map((each) => each.code);
    this.byPath = new Map(page.paths.map((row) => [row.path, row]));
    this.events = own.events;
    this.main = this.event(own.mainEvent) ? own.mainEvent : (own.events.find((each) => !each.history) ?? own.events[0])?.id;
  }

  name(code) {
    const full = this.own.countries.find((each) => each.code === code)?.name ?? code;
    return full.split(" (")[0];
  }

  event(id) {
    return this.own.events.find((each) => each.id === id);
  }

  eventTitle(id) {
    return this.event(id)?.title || id;
  }

  variant(id) {
    return this.own.variants.find((each) => each.id === id);
  }

  variantTitle(id) {
    return this.variant(id)?.title || id;
  }

  issueTitle(id) {
    return this.own.issues.find((each) => each.id === id)?.title || id;
  }

  get responses() {
    return this.own.responses;
  }

  place(response) {
    return this.own.responses.findIndex((each) => each.id === response);
  }

  /** Names of the two poles, the first (tilt +1) before the second (tilt -1). */
  get poleNames() {
    return Object.keys(this.own.poles);
  }

  /** What changes are measured against where a variant is shown. */
  twinOf(variant) {
    const names = this.own.variants.map((each) => each.id);
    const asked = this.own.twin ?? (names.includes("no_move") ? "no_move" : names[0]);
    return asked === variant ? null : asked;
  }

  day(step) {
    return dayOf(this.own.start, this.own.stepDays, step);
  }

  stepOf(day) {
    return stepOf(this.own.start, this.own.stepDays, day);
  }

  /** What a country is in an event: actor, asked, or bystander. */
  role(event, country) {
    if (event.actor === country) return "actor";
    if (event.asks) return event.asks.includes(country) ? "asked" : "bystander";
    if (event.kind !== "move") return "asked";
    return event.consent === country ? "asked" : "bystander";
  }

  /**
   * Which responses a country can give to an event, by the rule of `detente score`: where texts
   * answer the event, the collective response is open to those whom one of them asks.
   */
  opened(eventId, country, variant = this.own.variants[0].id) {
    const event = this.event(eventId);
    const inVariant = new Set(this.variant(variant)?.events ?? []);
    const role = this.role(event, country);
    const texts = this.events.filter((each) => each.kind === "text" && each.answers === eventId && inVariant.has(each.id));
    const asked = !texts.length || texts.some((text) => this.role(text, country) === "asked");
    return this.responses.map((each) =>
      each.kinds.includes(event.kind ?? "move") && each.openTo.includes(role) && (asked || !each.collective));
  }

  /** What a country did about an event, by date; the last row is what is scored. */
  recordOf(event, country) {
    const rows = this.own.record.filter((row) => row.event === event && row.country === country);
    return rows.sort((a, b) => (a.date ?? "").localeCompare(b.date ?? ""));
  }

  /** Countries with a record on an event, but for its actor. */
  recorded(event) {
    const actor = this.event(event)?.actor;
    return this.codes.filter((code) => code !== actor && this.recordOf(event, code).length);
  }

  /** The country that a person is asked about first: the one whose record has the most turns. */
  get focus() {
    const known = this.recorded(this.main);
    const actor = this.event(this.main)?.actor;
    if (!known.length) return this.codes.find((code) => code !== actor) ?? this.codes[0];
    const most = Math.max(...known.map((code) => this.recordOf(this.main, code).length));
    return known.find((code) => this.recordOf(this.main, code).length === most);
  }

  /** Rows of the table of paths that belong to a group, in a variant. */
  rows(kind, id, variant) {
    return this.paths.filter((row) => row.group.kind === kind && (id === undefined || row.group.id === id) &&
      (!variant || !row.variants || row.variants.includes(variant)));
  }

  /** The one number of a row: the value as written, or the mean of a distribution. */
  static middle(row) {
    const value = row.default ?? null;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value.mean : value;
  }

  /** The value of a row with changes on top. */
  value(row, changes) {
    return Object.hasOwn(changes, row.path) ? changes[row.path] : Scenario.middle(row);
  }

  /** The path of a tie of a country that is the strongest of its kind, or undefined. */
  strongest(country, field) {
    return this.rows("country", country).filter((row) => row.field === field && row.kind === "number")
      .sort((a, b) => Scenario.middle(b) - Scenario.middle(a))[0];
  }

  /** The issue of an event on which it asks for the greatest change that matters to a country. */
  mainIssue(event, country) {
    const proposes = this.paths.filter((row) => row.group.kind === "event" && row.group.id === event && row.field === "proposes" && Scenario.middle(row) !== null);
    const weight = (row) => {
      const issue = this.own.issues.find((each) => each.id === row.issue);
      const salience = this.rows("country", country).find((each) => each.field === "salience" && each.issue === row.issue);
      return Math.abs(Scenario.middle(row) - (issue?.statusQuo ?? 0)) * (salience ? Scenario.middle(salience) : 0.01);
    };
    return proposes.sort((a, b) => weight(b) - weight(a))[0]?.issue ?? this.own.issues[0].id;
  }

  /** The sliders of the guided path: one, then the few that matter most to a country. */
  levers(country, event) {
    const issue = this.mainIssue(event, country);
    const actor = this.event(event)?.actor;
    const rows = this.rows("country", country);
    const of = (field, test = () => true) => rows.find((row) => row.field === field && test(row));
    const tie = this.strongest(country, "dependence");
    const first = tie && Scenario.middle(tie) > 0 ? tie : of("salience", (row) => row.issue === issue) ?? rows[0];
    const few = [
      first,
      of("position", (row) => row.issue === issue),
      of("salience", (row) => row.issue === issue),
      of("attitude", (row) => row.about?.to === actor),
      tie && of("attitude", (row) => row.about?.to === tie.about?.on),
      of("resolve"),
      of("rule"),
    ];
    return [...new Set(few.filter(Boolean))];
  }
}
