"""Microsoft Graph: one client, the wire table it may send from, and the calls made with it."""
