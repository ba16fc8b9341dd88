"""What every simulated company is made of: state, clock, timers, faults, notices, pages."""
