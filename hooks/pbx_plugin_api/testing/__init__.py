"""For tests of plugins and of hosts: an in-memory host, and conformance suites to inherit."""
