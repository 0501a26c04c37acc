"""Measurements, repeated with ``make bench``; they test nothing."""
