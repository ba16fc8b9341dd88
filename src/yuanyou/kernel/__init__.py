"""What every trade uses: money, units, ids, cells, clock, state machines, named SQL. No Django here."""
