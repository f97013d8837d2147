"""Somebody at a browser: the server that they reach, signing in, and what the page may not do meanwhile."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

WORDS = "four plain words here"
#: What an office has.
SCREEN: Any = {"width": 1366, "height": 768}


class Served:
    """`crosstie serve` on a workspace."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address, self.folder = f"http://localhost:{port}", folder
        self._said = folder.parent / f"{folder.name}.said"
        command = [sys.executable, "-m", "crosstie", "--workspace", str(folder), "serve", "--port", str(port)]
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        until = time.monotonic() + 90
        while True:
            try:
                httpx2.get(f"{self.address}/sign-in").raise_for_status()
                break
            except httpx2.TransportError:
                assert self.process.poll() is None, self.said
                assert time.monotonic() < until, self.said
                time.sleep(0.1)

    @property
    def said(self) -> str:
        """What it told on the terminal."""
        return self._said.read_text()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()


@contextmanager
def looking(browser: Any, **options: Any) -> Iterator[Any]:
    """A page in a browser of its own. At the end no script may have failed and nothing have been refused by the page's policy."""
    wrong: list[str] = []
    context = browser.new_context(viewport=SCREEN, **({"locale": "en"} | options))
    page = context.new_page()
    page.set_default_timeout(60_000)
    # an answer that refuses is an error to the console, and no fault of the page
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and "status of 4" not in said.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def sign_in(page: Any, address: str, name: str, password: str, purpose: str = "who moves the money") -> None:
    page.goto(f"{address}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.fill("input[name=purpose]", purpose)
    follow(page, page.locator("form.card button").first)


def follow(page: Any, door: Any) -> None:
    """Click what leads to another page, and wait until it is there: who asks for a third one before breaks the second off."""
    with page.expect_navigation():
        door.click()
