"""`crosstie job`: what the workbench starts in processes of their own."""

from __future__ import annotations

import signal
from dataclasses import asdict
from typing import Any

import click

from crosstie.cli import render
from crosstie.cli.frame import Frame, command


def register(group: click.Group) -> None:
    """Add the commands to the group."""

    @group.group()
    def job() -> None:
        """Jobs that were started in the workbench."""

    @command(job, name="list")
    def list_(frame: Frame) -> None:
        """List the newest jobs."""
        with frame.workspace() as workspace:
            found = workspace.jobs().newest()
        if frame.json:
            frame.print_json([asdict(one) for one in found])
        else:
            render.rows(
                "Jobs", [{"job": one.id, "kind": one.kind, "state": one.state, "by": one.user, "at": one.made_at[:16]} for one in found]
            )

    @command(job, name="run", hidden=True)
    @click.argument("job_id")
    def run(frame: Frame, job_id: str) -> None:
        """Do a job that waits, in this process."""
        from crosstie.app import Workspace

        signal.signal(signal.SIGTERM, _stop)
        first = Workspace(frame.folder)
        waiting = first.jobs().get(job_id)
        first.close()

        def build(progress: Any) -> dict[str, Any]:
            workspace = Workspace(frame.folder, user=waiting.user, purpose=f"job {job_id}", progress=progress)
            try:
                made, fresh = workspace.build(force=bool(waiting.options.get("force")))
            finally:
                workspace.close()
            counts = made.manifest.get("counts", {})
            return {"build": made.number, "fresh": fresh, "links": counts.get("links", 0), "entities": counts.get("entities", 0)}

        with frame.workspace(bar=False) as workspace:
            workspace.jobs().run(job_id, build)


def _stop(number: int, frame: Any) -> None:
    raise SystemExit(128 + number)
