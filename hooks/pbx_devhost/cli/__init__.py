"""The command line `pbx-devhost`."""
