"""Firearms: marking, tracing and diversion; trace requests and answers, recoveries, transfers, stock, lost and stolen arms."""
