"""The portal of the reference host: pages for administrators and users, and signing in with somebody else's account."""
