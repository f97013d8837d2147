from __future__ import annotations

from crosstie.resolve.names import analyze
from crosstie.resolve.names.frequency import common_shares


def test_the_common_are_more_common_than_the_less_common() -> None:
    tokens, sounds = common_shares()
    assert tokens["mohammed"] > tokens["ali"] > tokens["hamid"] > tokens["qais"] > 0
    assert sounds["mhmd"] == tokens["mohammed"]
    assert max(tokens.values()) < 0.2


def test_tokens_are_written_as_names_are() -> None:
    tokens, _sounds = common_shares()
    changed = [token for token in tokens if analyze(f"{token} zzq", "person").tokens[:1] not in ((token,), ("zzq",))]
    assert not changed
