"""Sign-in: accounts, passwords, sign-ins in progress, sessions and their renewal, registered devices."""
