"""The organizers' desk: every page needs a sign-in."""
