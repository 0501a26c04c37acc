"""The few kinds of error a person may meet; each message says what is wrong and what to do next."""


class OutreachError(Exception):
    """An expected failure, worded for the person who meets it; doors print it without a traceback.

    Messages carry no personal data beyond what the person typed in themselves.
    """


class InvalidInput(OutreachError):
    """Something from outside (a file, a form, a field) cannot be used as it is."""

    def __init__(self, message: str, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {problem}" for problem in self.problems)])


class NotFound(OutreachError):
    """The named thing does not exist; the message says how to list what does."""


class NotAllowed(OutreachError):
    """A rule or the state of things forbids the act."""


class Misconfigured(OutreachError):
    """A setting is wrong or missing; the message names it and shows what it should look like."""
