"""What an error carries along."""

from __future__ import annotations


def chain(error: BaseException) -> list[BaseException]:
    """Return an error and all that can be reached from it, suppressed contexts included."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in found:
            found.append(each)
            waiting += [each.__cause__, each.__context__]
    return found
