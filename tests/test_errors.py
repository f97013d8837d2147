from __future__ import annotations

import re

from crosstie import errors
from crosstie.errors import CrosstieError


def _all(root: type[CrosstieError]) -> set[type[CrosstieError]]:
    return {root}.union(*(_all(below) for below in root.__subclasses__()))


def test_the_tree_in_the_docs_is_the_tree() -> None:
    drawn = set(re.findall(r"\b([A-Z]\w+)\b(?=  |\n)", (errors.__doc__ or "").split("`detail`")[0]))
    assert {one.__name__ for one in _all(CrosstieError)} == drawn


def test_each_branch_has_an_exit_code_of_its_own() -> None:
    codes = [one.exit_code for one in CrosstieError.__subclasses__()]
    assert len(set(codes)) == len(codes)
    assert 0 not in codes


def test_an_error_has_one_json_shape() -> None:
    assert CrosstieError("what", hint="do").as_dict() == {"error": "CrosstieError", "detail": "what", "hint": "do"}
