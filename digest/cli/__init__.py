"""The command line: one file a command, loaded when it is called.

A command's file holds a click command of the command's own name, made with what `digest.cli.frame`
gives; its row stands in `digest.cli.commands`. This package itself imports nothing, so that
`digest --help` answers at once.
"""
