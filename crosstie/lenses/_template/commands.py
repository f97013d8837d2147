"""What officers of new field ask: `crosstie newfield …`."""

from __future__ import annotations

from crosstie.lens.commands import Answer, Command, Desk, Option
from crosstie.lens.events import events


def dealings(desk: Desk, party: str) -> Answer:
    """The dealings of one party, by its id in the build or a part of its name."""
    name = party.replace("'", "''")
    rows = desk.engine.arrow(f"""
        select e.date, x.caption as from_party, y.caption as to_party, e.goods, e.quantity, e.source_id, e.locator, e.marking
        from {events("newfield_events")} e
        left join entities x on x.entity_id = e.a left join entities y on y.entity_id = e.b
        where e.a = '{name}' or e.b = '{name}' or lower(x.caption) like lower('%{name}%') or lower(y.caption) like lower('%{name}%')
        order by e.date, e.event_id""")
    desk.read(party, dealings=rows.num_rows)
    return Answer(rows)


COMMANDS = (
    Command(
        "dealings",
        "List the dealings of one party.",
        (Option("party", "The party: its id, or a part of its name.", required=True, argument=True),),
        dealings,
        needs=("newfield_events",),
    ),
)
