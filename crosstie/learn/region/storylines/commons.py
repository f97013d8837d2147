"""What every State has, for all parts."""

from __future__ import annotations

from datetime import date

from crosstie.learn.region.builder import Builder


class Commons:
    """The part that every State shares: its telephone company, which all pay, and its professional director."""

    name = "commons"

    def plant(self, region: Builder) -> None:
        """One of each for each State."""
        for state in region.states:
            firm = region.company(state.code, name=f"{state.name} Telecom", founded=date(1998, 3, 1))
            region.commons(state.code, region.account(firm, opened=date(2010, 1, 4)), region.person(state.code, born=date(1961, 5, 5)))
