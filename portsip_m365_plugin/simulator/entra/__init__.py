"""Entra ID as the simulator answers it."""
