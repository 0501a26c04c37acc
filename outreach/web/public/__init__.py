"""What recipients open: no sign-in, no cookie; a token in the address says who it is about."""
