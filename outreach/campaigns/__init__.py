"""Campaigns: who gets what, in which language and when, or why not."""
