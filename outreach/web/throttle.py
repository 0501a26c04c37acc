"""Slows down whoever guesses passwords."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=15)
BY_ACCOUNT = 10  # failures within the window
BY_NETWORK_ADDRESS = 50  # an office may stand behind one address

MOST_KEYS = 10_000  # a flood of made-up addresses must not fill the memory


class Throttle:
    """Counts failures by key within a sliding window.

    In this process's memory: with several web processes somebody gets as many times the attempts,
    and a restart forgets. That is still few; shared counting can come with shared storage.
    """

    def __init__(
        self, limit: int, window: timedelta = WINDOW, *, most_keys: int = MOST_KEYS
    ) -> None:
        self._limit = limit
        self._most_keys = most_keys
        self._window = window
        self._failures: defaultdict[str, deque[datetime]] = defaultdict(lambda: deque(maxlen=limit))
        self._lock = Lock()

    def wait(self, key: str, now: datetime) -> timedelta:
        """How long ``key`` must wait before another attempt; zero when it need not."""
        with self._lock:
            times = self._failures.get(key)
            if times is None or len(times) < self._limit:
                return timedelta(0)
            return max(times[0] + self._window - now, timedelta(0))

    def failed(self, key: str, now: datetime) -> None:
        with self._lock:
            if key not in self._failures and len(self._failures) >= self._most_keys:
                self._forget_the_oldest()
            self._failures[key].append(now)

    def succeeded(self, key: str) -> None:
        with self._lock:
            self._failures.pop(key, None)

    def _forget_the_oldest(self) -> None:
        by_last_failure = sorted(self._failures, key=lambda key: self._failures[key][-1])
        for key in by_last_failure[: max(1, self._most_keys // 10)]:
            del self._failures[key]


class SignInThrottle:
    """Both counts of one sign-in: on the account that is tried, and from where it is tried."""

    def __init__(self) -> None:
        self._accounts = Throttle(BY_ACCOUNT)
        self._networks = Throttle(BY_NETWORK_ADDRESS)

    def wait(self, account: str, network: str, now: datetime) -> timedelta:
        return max(self._accounts.wait(account, now), self._networks.wait(network, now))

    def failed(self, account: str, network: str, now: datetime) -> None:
        self._accounts.failed(account, now)
        self._networks.failed(network, now)

    def succeeded(self, account: str) -> None:
        """The network's count stays: one known password must not open the way to guess others."""
        self._accounts.succeeded(account)
