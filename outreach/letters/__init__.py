"""Letters: from an organizer's Markdown to the copy one person reads."""
