"""What a run spends of its approval, and what all others have: written down by the first worker, known to all."""

import time

import torch

from corpuskit.approve import Account, Spent
from corpuskit.train import devices
from corpuskit.train.devices import Place
from corpuskit.train.position import Position
from corpuskit.train.prepare import Prepared
from corpuskit.train.watch import Screen

EVERY = 60.0  # seconds between two entries: what a killed run may have spent unseen


class Spending:
    """GPU seconds of one start of a run, from `at` on. All workers make one.

    Raises GateError when a run that has not begun would find nothing left.
    """

    def __init__(self, prepared: Prepared, here: Place, at: Position, screen: Screen) -> None:
        self.approval, self.at = prepared.approval, at
        self._begun, self._told = at.device_seconds if self.approval else 0.0, time.monotonic()
        self._account: Account | None = None
        before = 0.0
        if self.approval is not None and here.rank == 0:
            self._account = Account(prepared.request.corpus, self.approval, prepared.request.out.resolve().name)
            before = self._account.others.gpu_seconds
            if self._account.problem:
                screen.say(self._account.problem)
                before = max(before, at.device_seconds)  # its earlier starts could not write either
        self._others = float(devices.summed(torch.tensor(before, dtype=torch.float64)))
        if self.approval is not None and at.step == 0:
            Spent(self._others).check(self.approval)

    @property
    def gpu_seconds(self) -> float:
        """Spent on the approval by all runs, as far as this worker knows; without one, by this run since it began."""
        return self._others + self.at.device_seconds - self._begun

    def beyond_limit(self) -> bool:
        """True when another step like those before would spend more than was approved."""
        if self.approval is None:
            return False
        if time.monotonic() - self._told > EVERY:
            self.record()
        return (self.gpu_seconds + self.at.device_seconds / self.at.step) / 3600 > self.approval.gpu_hours_limit

    def record(self) -> None:
        """Write down what this start has spent, and look what others have."""
        self._told = time.monotonic()
        if self._account is not None:
            own = self.at.device_seconds - self._begun
            problem = self._account.problem
            self._others = max(self._others if problem else 0.0, self._account.record(own).gpu_seconds - own)
