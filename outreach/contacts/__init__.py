"""Contacts: member states, their missions, and the people and mailboxes letters go to."""
