"""Microsoft 365 for the PortSIP PBX, as a plugin: the five hooks are in `plugin`."""
