"""Signing in: by password, with a plugin's provider, in the native app; and the page that refuses."""
