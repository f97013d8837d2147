"""Drawing, timeline and map in a real browser, with its policy for scripts and styles: by mouse, by keys, without WebGL, and without scripts."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from crosstie.casework.access import Role
from crosstie.model.marking import Tlp
from crosstie.web.server import create_app
from tests.web.conftest import WORDS

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
_SOFTWARE = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
_NO_WEBGL = ("--disable-gpu", "--disable-3d-apis")


@pytest.fixture(scope="module")
def served(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served") / "unit"
    shutil.copytree(played, folder)
    app = create_app(folder)
    app.state.accounts.first()
    app.state.accounts.choose("ana", app.state.accounts.add("ana", Role.ANALYST, Tlp.RED, by="tester"), WORDS)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join(20)
    app.state.workspace.close()


@contextmanager
def browsing(served: str, *options: str, scripts: bool = True) -> Iterator[Any]:
    """A page of somebody who is signed in. At the end nothing may have been refused by the page's policy, and no script have failed."""
    wrong: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *options])
        context = browser.new_context(viewport={"width": 1366, "height": 768}, java_script_enabled=scripts, locale="en")
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{served}/sign-in")
        page.fill("input[name=name]", "ana")
        page.fill("input[name=password]", WORDS)
        page.fill("input[name=purpose]", "a trial")
        page.locator("form.card button").first.click()
        page.wait_for_selector("header.top")
        yield page
        context.close()
        browser.close()
    assert wrong == []


def begun(page: Any, served: str) -> str:
    page.goto(f"{served}/drawing?link=1")
    page.click("#all")
    page.wait_for_url("**/drawings/*")
    page.wait_for_selector("#undo:enabled")
    return str(page.url).split("?")[0]


def until(page: Any, true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        page.wait_for_timeout(100)


def test_by_mouse_and_keys(served: str) -> None:
    with browsing(served, *_SOFTWARE) as page:
        address = begun(page, served)
        drawn = page.locator("svg a.node").count()
        assert drawn > 10
        page.locator("svg a.node").nth(3).focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#hide")
        page.click("#hide")
        until(page, lambda: page.locator("svg a.node").count() == drawn - 1)
        page.keyboard.press("z")
        until(page, lambda: page.locator("svg a.node").count() == drawn)
        node = page.locator("svg a.node").nth(2)
        name, at = node.get_attribute("data-node"), (node.get_attribute("data-x"), node.get_attribute("data-y"))
        node.scroll_into_view_if_needed()
        box = node.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + 48, steps=4)
        page.mouse.up()
        page.wait_for_selector("text=Unpin")
        moved = page.locator(f'svg a.node[data-node="{name}"]')
        assert (moved.get_attribute("data-x"), moved.get_attribute("data-y")) != at
        before = page.locator("#picture > svg").get_attribute("viewBox")
        page.locator("#picture").focus()
        page.keyboard.press("+")
        assert page.locator("#picture > svg").get_attribute("viewBox") != before
        page.keyboard.press("0")
        assert page.locator("#picture > svg").get_attribute("viewBox") is not None
        assert page.url.startswith(address)


def test_the_canvas_holds_what_the_picture_holds(served: str) -> None:
    with browsing(served, *_SOFTWARE) as page:
        begun(page, served)
        drawn = page.locator("svg a.node").count()
        page.click("#canvas-open")
        page.wait_for_selector(".canvas[data-nodes]")
        assert page.locator(".canvas").get_attribute("data-nodes") == str(drawn)
        assert page.locator(".canvas canvas").count() > 2
        assert not page.locator("#picture").is_visible()
        page.click("#all")  # what changes the drawing leaves the canvas open
        until(page, lambda: int(page.locator(".canvas[data-nodes]").first.get_attribute("data-nodes") or 0) > drawn)
        page.click("#canvas-open")
        assert page.locator("#picture").is_visible()


def test_without_webgl_it_is_said_and_the_picture_stays(served: str) -> None:
    with browsing(served, *_NO_WEBGL) as page:
        begun(page, served)
        page.click("#canvas-open")
        until(page, lambda: "no WebGL" in page.locator(".zooms .note").inner_text())
        assert page.locator("#picture").is_visible()
        assert page.locator(".canvas").count() == 0


def test_the_map_and_the_timeline_come_closer(served: str) -> None:
    with browsing(served, *_NO_WEBGL) as page:
        address = begun(page, served)
        page.goto(f"{address}/map")
        page.wait_for_selector("path[vector-effect]", state="attached")
        first = page.locator("figure g[data-at]").first
        before = first.bounding_box()
        for _ in range(3):
            page.locator(".zooms button").first.click()
        assert first.get_attribute("transform")
        after = first.bounding_box()
        assert after is None or after["width"] == pytest.approx(before["width"], rel=0.2)
        page.goto(f"{address}/timeline")
        boxes = page.locator(".filter input")
        assert boxes.count() > 1
        boxes.first.uncheck()
        assert page.locator('figure g[data-kind][display="none"]').count() > 0
        boxes.first.check()
        assert page.locator('figure g[data-kind][display="none"]').count() == 0


def test_without_scripts_everything_can_be_done(served: str) -> None:
    with browsing(served, scripts=False) as page:
        begun(page, served)
        drawn = page.locator("svg a.node").count()
        page.locator("table a").first.click()
        page.fill("aside input[name=text]", "noted without scripts")
        page.get_by_role("button", name="Note").click()
        assert page.locator("aside q").inner_text() == "noted without scripts"
        page.click("#hide")
        assert page.locator("svg a.node").count() == drawn - 1
        page.get_by_role("button", name="Show").click()
        assert page.locator("svg a.node").count() == drawn
        page.fill("input[name=name]", "A view")
        page.get_by_role("button", name="Save").click()
        assert page.locator("h1").inner_text() == "A view"
        page.click("#undo")
        page.click("#redo")
        page.get_by_role("link", name="Map").click()
        assert page.locator("figure image").count() == 1
