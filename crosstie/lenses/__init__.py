"""The lenses: one folder for each field of crime. Nobody imports them; `crosstie.lens.registry` finds them."""
