"""`python -m crosstie.cli` is the same as `crosstie`."""

from crosstie.cli.commands import main

main(prog_name="crosstie")
