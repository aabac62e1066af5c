"""Scripts that an Entra administrator runs: the files beside this one, with the values of one tenant put in.

The values are names that people chose. Each is quoted for the language of the script, so that none becomes code.
"""
