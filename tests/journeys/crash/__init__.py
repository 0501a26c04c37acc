"""A campaign lived through while workers are killed and everything around them breaks.

A mail server in a process of its own keeps a log of what it accepted. At the end the log and the
database are held against each other: nothing twice, nothing lost, doubt only where doubt is.
"""
