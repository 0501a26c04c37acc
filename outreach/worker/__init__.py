"""The worker: a clock that ticks, and the one pass over everything that is due at a moment."""
