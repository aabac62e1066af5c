"""Work and who does it: due times, leases, the processes that are alive, the run log, nights and daily chores."""
