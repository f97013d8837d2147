"""The lens of new field: a beginning, made by “crosstie lens new”."""
