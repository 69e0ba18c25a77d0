"""A small scenario, as the text of a file, for tests to change."""

SMALL = """\
scenario: small
start: 2025-01-06
steps: 10
poles: {west: [USA], east: [RUS]}
issues:
  basing: {title: Basing, status_quo: 0.1}
  trade: {title: Trade, status_quo: 0.5}
countries:
  USA:
    name: United States
    capability: 0.5
    preferences: {basing: {position: 0.9, salience: 0.5}}
  RUS: {name: Russia, capability: 0.3}
  UZB: {name: Uzbekistan, capability: 0.1, resolve: {normal: [0.5, 0.1]}}
attitudes:
  - {of: UZB, to: RUS, level: 0.2, mutual: true}
dependence:
  - {of: UZB, on: RUS, level: 0.4}
events:
  - {id: request, at: 2025-01-20, actor: USA, recipient: UZB, type: CONSULT,
     proposes: {basing: 0.5}}
  - id: threat
    when: {all: [{opposition: request, above: 0.5}, {not: {after: request, steps: 2}}]}
    probability: 0.2
    actor: USA
    code: "138"
record:
  - {event: request, country: UZB, response: silent, source: a}
  - {event: request, country: RUS, response: warn, date: 2025-01-21, source: b}
  - {event: request, country: RUS, response: condemn, date: 2025-01-25, source: c}
"""
