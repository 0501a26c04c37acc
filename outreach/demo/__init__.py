"""The demo: the whole way of a letter on one machine, with made-up missions that answer."""
