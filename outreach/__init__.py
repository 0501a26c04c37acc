"""Carries a petition letter to member states and keeps account of what comes back."""
