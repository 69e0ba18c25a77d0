"""The responses that countries choose from unless a scenario gives its own."""

from __future__ import annotations

from detente.scenario.elements import Response


def default_repertoire() -> dict[str, Response]:
    """Return the eight responses from the most hostile to the most supportive.

    Types and scores are those of the PLOVER manual. Stances order them evenly but for the gap
    around silence, since any word is a step. Costs are judgements: they rise steeply past public
    condemnation, since few states threaten or mobilise over what others say, and a text joined
    with others costs least. Support is cheap beside opposition, since who asks for it pays for
    much of it in aid, arms or rent (Cooley 2008), and nobody pays for opposition; how cheap is a
    judgement. The actor of an event stands behind it until it ends it: the one response open to
    it about its own act is to pursue it (assist).
    """
    rows = [
        ("mobilise", "Mobilise forces", -1.0, 9.0, "MOBILIZE"),
        ("warn", "Warn", -0.8, 1.0, "THREATEN"),
        ("condemn", "Condemn", -0.6, 0.4, "ACCUSE.disapprove"),
        ("joint", "Join a collective statement", -0.4, 0.12, "REJECT.assist"),
        ("silent", "Stay silent", 0.0, 0.0, None),
        ("endorse", "Endorse", 0.4, 0.04, "SUPPORT"),
        ("assist", "Assist", 0.7, 0.17, "COOPERATE"),
        ("host", "Host", 1.0, 0.5, "AID"),
    ]
    return {
        name: Response(title=title, stance=stance, cost=cost, type=kind, by_actor=name == "assist")
        for name, title, stance, cost, kind in rows
    }
