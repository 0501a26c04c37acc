"""Delivery: the one queue of everything that leaves, and the carriers that take it."""
