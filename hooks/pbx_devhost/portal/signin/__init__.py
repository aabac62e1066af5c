"""Coming in: passwords, providers of plugins, the native app, and the page that refuses."""
