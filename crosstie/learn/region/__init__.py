"""The generator of fictitious regions: files as an analyst would receive them, and the truth behind them."""
