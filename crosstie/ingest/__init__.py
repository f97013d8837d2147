"""From files as received to statements, ledgers and rejects, each with the place it came from."""
