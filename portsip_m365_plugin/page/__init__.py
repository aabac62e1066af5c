"""How the settings page is drawn, saved and acted on."""
