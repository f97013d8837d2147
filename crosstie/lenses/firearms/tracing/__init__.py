"""Which firearm it is, through whose hands it went, and where it left them."""
