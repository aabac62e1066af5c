"""The whole thing in a minute: a simulated Microsoft 365, a small PBX, and the plugin between them."""
