"""Where providers report: verify, keep, answer; what follows from it happens in the rooms."""
