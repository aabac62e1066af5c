"""Microsoft Graph as the simulator answers it."""
