"""The scored model: what is seen around each payment as numbers, and how much it looks like the laundering of trained regions. Optional, off by default."""
