// The fourth view: hundreds of futures at once, above all what the event changed.

import { effects, responses, tension, time } from "../drawings.js";
import { choice, h, select } from "../dom.js";
import { figure } from "../figure.js";

/** Which course, against which, by which measure, of which country. */
export function pickers(app, which = ["variant", "against", "outcome"]) {
  const { scenario, texts, state } = app;
  const variants = scenario.own.variants.map((each) => [each.id, scenario.variantTitle(each.id)]);
  const made = {
    variant: () => select(texts.pick.variant, variants, state.variant, (variant) => app.go({ variant })),
    against: () => (variants.length > 1 ? select(texts.pick.against, variants.filter(([id]) => id !== state.variant), state.against, (against) => app.go({ against })) : null),
    outcome: () => choice(texts.pick.outcome, ["revealed", "tilt"].map((each) => [each, texts.outcome[each]]), state.outcome, (outcome) => app.go({ outcome })),
    country: () => select(texts.pick.country, scenario.codes.map((code) => [code, scenario.name(code)]), state.country, (country) => app.go({ country })),
    event: () => select(texts.pick.event, scenario.variant(state.variant).events.map((id) => [id, scenario.eventTitle(id)]), state.event, (event) => app.go({ event })),
  };
  return h("div", { class: "fields" }, which.map((each) => made[each]()));
}

/** What the event changed, as a figure. */
export function effectsFigure(app) {
  const { scenario, texts, state } = app;
  if (!state.against) return { element: h("p", { class: "empty" }, texts.futures.alone), draw() {} };
  return figure(app, {
    heading: () => texts.futures.changed,
    note: () => `${texts.futures.changedIn(texts.outcome[app.state.outcome], scenario.variantTitle(app.state.against))}. ${texts.futures.interval}`,
    make: (view) => effects(app, view),
  });
}

/** Who answers how, as a figure. */
export function responsesFigure(app, given = {}) {
  const { scenario, texts } = app;
  return figure(app, {
    heading: () => texts.futures.responses(scenario.eventTitle(given.event ?? app.state.event)),
    note: () => texts.futures.responsesAbout, make: (view) => responses(app, view, given),
  });
}

/** A country over time, as a figure. */
export function timeFigure(app) {
  const { scenario, texts } = app;
  return figure(app, {
    heading: () => texts.futures.time(scenario.name(app.state.country)),
    note: () => `${texts.outcome.about[app.state.outcome]} ${texts.futures.timeAbout}`, make: (view) => time(app, view),
  });
}

/** Tension over time, as a figure. */
export function tensionFigure(app) {
  return figure(app, { heading: () => app.texts.futures.tension, note: () => app.texts.futures.tensionAbout, make: (view) => tension(app, view) });
}

export function futuresView(app) {
  const { scenario, texts, state } = app;
  const against = state.against ? scenario.variantTitle(state.against) : null;
  const figures = [effectsFigure(app), responsesFigure(app), timeFigure(app), tensionFigure(app)];
  const element = h("div", { class: "futures" }, h("h2", { tabindex: "-1" }, texts.futures.title),
    h("p", { class: "lead" }, against ? texts.futures.lead(scenario.variantTitle(state.variant), against) : texts.futures.leadAlone),
    pickers(app), figures[0].element, figures[1].element, pickers(app, ["country"]), h("div", { class: "pair" }, figures[2].element, figures[3].element));
  return { element, draw: () => figures.forEach((each) => each.draw()) };
}
