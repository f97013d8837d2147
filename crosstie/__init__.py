"""crosstie finds the ties between organized crime and terrorism in the records a State already holds."""

__version__ = "0.1.0"
