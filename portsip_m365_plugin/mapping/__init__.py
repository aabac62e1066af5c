"""Pure functions: Graph shapes in, PBX shapes out."""
