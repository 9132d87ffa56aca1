"""Which requests get which faults."""

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.standin.faults import Fault
from tests.standin.records import Host


@dataclass
class Rule:
    """A fault for requests whose path fits a pattern: not the first `skip` of them, then `times` of them."""

    pattern: str
    fault: Fault
    host: Host | None
    skip: int
    times: int | None

    def takes(self, host: Host, path: str) -> bool:
        """Whether this request gets the fault; counts it."""
        if self.times == 0 or self.host not in (None, host) or not fnmatchcase(path, self.pattern):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Rules:
    """All rules in the order in which they were given: every one that fits takes part."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """One rule more."""
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        """No rules any more."""
        with self._lock:
            self._rules.clear()

    def faults_of(self, host: Host, path: str) -> list[Fault]:
        """The faults that this request gets; counts it."""
        with self._lock:
            return [rule.fault for rule in self._rules if rule.takes(host, path)]
