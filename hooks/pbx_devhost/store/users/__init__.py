"""Users of the PBX: their rows, their links to a source, and the changes that plugins make to them."""
