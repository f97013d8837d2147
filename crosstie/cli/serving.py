"""`crosstie serve`: the workbench in the browser."""

from __future__ import annotations

import json
import os

import click

from crosstie.cli.ending import err
from crosstie.cli.frame import Frame, command
from crosstie.errors import UsageError

#: Addresses that only this machine reaches.
_HERE = ("127.0.0.1", "::1", "localhost")
#: Seconds that answers under way are waited for at the end.
_LEAVING = 5
_FILE = click.Path(exists=True, dir_okay=False)


def register(group: click.Group) -> None:
    """Add the command to the group."""

    @command(group)
    @click.option("--host", default=_HERE[0], show_default=True, help="The address to listen at; another than this machine's needs HTTPS.")
    @click.option("--port", default=8340, show_default=True, type=click.IntRange(1, 65_535), help="The port to listen at.")
    @click.option("--name", "names", multiple=True, help="A name under which the workbench is reached, beside localhost.")
    @click.option("--certificate", type=_FILE, help="A certificate for HTTPS (PEM).")
    @click.option("--key", type=_FILE, help="Its key (PEM).")
    @click.option("--behind-proxy", is_flag=True, help="A proxy on this machine does HTTPS.")
    @click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
    def serve(
        frame: Frame,
        host: str,
        port: int,
        names: tuple[str, ...],
        certificate: str | None,
        key: str | None,
        behind_proxy: bool,
        workers: int,
    ) -> None:
        """Open the workbench: links, entities and search in the browser.

        The first start makes the account of an administrator and prints its password once. Only this machine reaches the workbench unless
        --host says otherwise; then it wants HTTPS.
        """
        import uvicorn

        from crosstie.web.server import LOCAL, SERVED, create_app

        secure = bool(certificate and key) or behind_proxy
        if host not in _HERE and not secure:
            raise UsageError(
                f"at {host} others could read along", hint="Give --certificate and --key, or say --behind-proxy where a proxy does HTTPS."
            )
        app = create_app(frame.folder, hosts=(*LOCAL, *names), secure=secure)
        if (raised := app.state.workspace.database.raised) is not None:
            err.print(raised, markup=False, soft_wrap=True)
        first = app.state.accounts.first()
        if first is not None:
            err.print(f"The first account is [bold]{first[0]}[/bold], its password [bold]{first[1]}[/bold]. It is shown only now.")
        app.state.workspace.prepare()
        address = f"{'https' if certificate else 'http'}://{'localhost' if host in _HERE else host}:{port}"
        err.print(f"The workbench is at {address} until Ctrl+C.")
        if workers > 1:  # each makes its own application, of what stands in the environment
            app.state.workspace.close()
            os.environ[SERVED] = json.dumps({"folder": str(frame.folder), "hosts": [*LOCAL, *names], "secure": secure})
        uvicorn.run(
            app if workers == 1 else "crosstie.web.server:of_environment",
            factory=workers > 1,
            workers=workers,
            timeout_graceful_shutdown=_LEAVING,
            host=host,
            port=port,
            log_level="warning",
            ssl_certfile=certificate,
            ssl_keyfile=key,
            proxy_headers=behind_proxy,
            server_header=False,
        )
