"""The reference host: a small PBX core that runs plugins for real. Never imports one: entry points only."""
