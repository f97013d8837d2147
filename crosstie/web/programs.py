"""The routes that programs of other makers know: what the application takes up before its own pages."""

from __future__ import annotations

from crosstie.web import feeds, jobs, match, reconcile, uploads

#: In this order; a page at the same address comes after.
routers = (match.router, match.by_token, jobs.router, uploads.router, reconcile.router, feeds.router)
