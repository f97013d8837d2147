"""Passenger messages: PAXLST (API) and PNRGOV (PNR), as carriers send them, several interchanges and kinds of message in one file."""

from __future__ import annotations

import re

from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.lenses.travel.edifact.envelope import Reading
from crosstie.lenses.travel.edifact.paxlst import Paxlst
from crosstie.lenses.travel.edifact.pnrgov import Pnrgov

_BEGINS = re.compile(r"(?:\A|[\s'\x00-\x1f])(?:UNA.{4,6}\s*)?UN[BH].", re.DOTALL)
_KIND = re.compile(r"\b(?:PAXLST|PNRGOV)\b")


class Messages:
    """PAXLST and PNRGOV."""

    name = "passenger_messages"
    title = "Passenger messages (PAXLST, PNRGOV)"
    profile = Profile(
        "travel",
        "passenger-messages",
        "carrier",
        "B3",
        marking="TLP:AMBER",
        # one bad message, or a count that is off, is no reason to do without the others
        promise=Promise(min_records=1, max_reject_share=100.0, max_drop=1.0),
    )

    def recognises(self, head: Head) -> bool:
        """By the segments that begin an interchange, and the type of a message."""
        return bool(_BEGINS.search(head.text[:4_000])) and bool(_KIND.search(head.text))

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each message says. A file is a series of its own: the next file does not take back what this one says."""
        paxlst, pnrgov = Paxlst(out), Pnrgov(out)
        first = Reading(original, out, {"PAXLST": paxlst, "PNRGOV": pnrgov}).run()
        paxlst.close()
        pnrgov.close()
        day = re.search(r"\d{4}-\d{2}-\d{2}", first)
        if day:
            out.version(day[0], series=f"passenger-messages-{first}")


READER = Messages()
