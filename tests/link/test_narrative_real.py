"""The tagger on a real list: every narrative that speaks of narcotics is found, with a sentence that says so."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from lxml import etree

from crosstie.lens import registry
from crosstie.link.narrative import Tagger

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[2] / "../shared/data"))
LIST = DATA / "sanctions" / "un_2026-02-27.xml"
NARCOTICS = re.compile(r"\b(?:drugs?|narcotics?|opium|heroin)\b", re.IGNORECASE)


@pytest.mark.real
@pytest.mark.skipif(not LIST.exists(), reason=f"the UN list is not at {LIST}")
def test_every_narrative_of_the_un_list_that_speaks_of_narcotics_is_found() -> None:
    tagger = Tagger(registry.activities(registry.load()))
    texts = [element.text or "" for element in etree.parse(str(LIST)).iter("COMMENTS1")]
    speaking = [text for text in texts if NARCOTICS.search(text)]
    assert len(speaking) >= 10
    for text in speaking:
        found = [one for one in tagger.mentions(text) if one.activity.name == "drugs.trafficking"]
        assert found, text
        assert all(NARCOTICS.search(one.sentence) for one in found), text
