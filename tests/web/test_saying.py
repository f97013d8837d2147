"""What errors say, in the language of the reader; programs are told them in English."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from crosstie.casework.access import Act, Person, Role
from crosstie.errors import AccessError
from crosstie.web.saying import said
from tests.web.conftest import SignIn

OTHERS = ("fr", "es", "ar", "ru", "zh")


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_is_found_again_by_its_fixed_parts(language: str) -> None:
    told = said("there is no link “17%(x)s <b>”", language)
    assert "17%(x)s <b>" in told
    assert "there is" not in told
    assert said("something that nobody wrote", language) == "something that nobody wrote"
    assert said("there is no link “" + "x" * 100_000 + "”", language).startswith("there is no link")
    with pytest.raises(AccessError) as refused:
        Person("ana", Role.VIEWER).require(Act.JUDGE)
    words = said(refused.value.detail, language)
    assert words.startswith("ana") or "ana" in words
    assert not {"may", "not", "judge:", "viewer"} & set(words.split())


def test_pages_tell_it_in_the_language_and_programs_in_english(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in()
    page = ana.get("/links/nothing", headers={"accept-language": "ru"})
    assert page.status_code == 404
    assert "there is no" not in page.text
    told = ana.get("/api/v1/links/nothing", headers={"accept-language": "ru"}).json()
    assert told["error"] == "NotFound"
    assert told["detail"].isascii() or "“" in told["detail"]
    wrong = ana.post("/sign-in", data={"name": "ana", "password": "no", "purpose": "x"}, headers={"accept-language": "zh"}).text
    assert "名称、密码或验证码有误" in wrong
