"""Tracking: opens and provider events, normalised and applied once."""
