"""The clock that starts runs, and one run from its lease to its report."""
