"""A second Microsoft, written from the public documentation alone: it shares no code with the project's simulator.

It answers only what a night and a mail need. It counts strictly, and remembers each 429 and each request that came
before a Retry-After was over.
"""
