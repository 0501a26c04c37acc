"""Reports: the week in figures, computed in one place and shown on every surface."""
