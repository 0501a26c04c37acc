"""Inbox: what comes back, kept as it came, understood, and put where it belongs."""
