"""A demo of one minute: a simulated Microsoft 365, a small PBX, and the plugin between them."""
