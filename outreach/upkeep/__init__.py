"""Upkeep: backups, and what is wrong with this installation in plain words."""
