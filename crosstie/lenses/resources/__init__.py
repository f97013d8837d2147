"""Natural resources: charcoal, gold, timber, oil, wildlife, and goods smuggled."""
