"""The app registration in Entra: its permissions, addresses, key pairs and region; what a colleague needs."""
