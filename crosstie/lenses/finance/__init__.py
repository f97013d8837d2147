"""Illicit finance: laundering, unlicensed transfer, cash smuggling, fraud, and the financing of terrorism."""
