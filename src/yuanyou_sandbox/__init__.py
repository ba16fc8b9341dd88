"""Simulated outside companies that speak their real protocols, for the demo and for tests.

One process on loopback, one SQLite file. It never imports `yuanyou`, and `yuanyou` never imports it.
"""
