"""Counters: the figures kept up to date mission by mission, so that no report counts all rows."""
