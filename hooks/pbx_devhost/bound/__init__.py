"""The host as one plugin gets it, for one tenant and one call."""
