"""The generator of fictitious regions: files as an analyst would receive them, and the truth behind them."""

from crosstie.learn.region.generate import Region, generate
from crosstie.learn.region.parts import Account, Actor, Address, RegionBuilder, Report, ScenarioPart, State
from crosstie.learn.region.settings import Settings

__all__ = ["Account", "Actor", "Address", "Region", "RegionBuilder", "Report", "ScenarioPart", "Settings", "State", "generate"]
