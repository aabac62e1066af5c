"""For the author of a host: the plugin manager, the guard around a host, and the rules of `apply`.

A plugin needs nothing of it. Start with `hosting.manager.PluginHost`.
"""
