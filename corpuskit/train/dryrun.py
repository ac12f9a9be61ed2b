"""`--dry-run`: what a run would do and take, before a weight is loaded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from corpuskit import approve
from corpuskit.budget import cost, gpus, memory
from corpuskit.budget.cost import Run, Terms, Work
from corpuskit.budget.gpus import Gpu, Price
from corpuskit.errors import GateError
from corpuskit.train.prepare import Prepared
from corpuskit.train.sizes import Machine
from corpuskit.train.watch import duration


def elsewhere(name: str, world: int, among: Mapping[str, Gpu]) -> Machine:
    """A machine of so many GPUs that is not here, all of their memory free. Raises UsageError for one that is not in the table."""
    card = gpus.find(name, among)
    return Machine("cuda", card.name, world, card.memory_bytes, "bfloat16")


@dataclass(frozen=True)
class Dry:
    """A run that was prepared. `price` per GPU hour goes before the approval's, `among` are the GPUs whose figures are known."""

    prepared: Prepared
    price: float | None = None
    among: Mapping[str, Gpu] = field(default_factory=gpus.gpus)

    @cached_property
    def card(self) -> Gpu | None:
        """The machine's GPU, where its figures are known. Nothing is assumed of a CPU."""
        machine = self.prepared.machine
        return self.among.get(machine.name) if machine.kind == "cuda" else None

    @cached_property
    def run(self) -> Run | None:
        """What the run takes: the plan holds its epochs and its replay already. None where the model's operations are not known."""
        one = self.prepared
        flops = one.flops_per_place(one.squares, one.filled)
        price = self.price
        if price is None and one.approval:
            price = one.approval.price_per_gpu_hour
        terms = Terms(gpu=self.card, gpus=one.machine.world, price_per_gpu_hour=price)
        return cost.run(Work(one.filled, one.squares), flops, terms) if flops else None

    @property
    def range(self) -> Price | None:
        """The price range of the GPU, where nobody gave a price."""
        given = self.price is not None or (self.prepared.approval and self.prepared.approval.price_per_gpu_hour)
        return self.card.price_per_gpu_hour if self.card and not given else None

    def plain(self) -> dict[str, Any]:
        """The figures, for programs."""
        one, plan, run, seen = self.prepared, self.prepared.plan, self.run, self.range
        hours = run.gpu_hours if run else None
        return {
            "steps": plan.steps,
            "sequences": len(plan),
            "sequence_length": plan.length,
            "sequences_per_step": plan.sequences_per_step,
            "sequences_per_micro_batch": one.sequences_per_micro_batch,
            "padding_share": 1 - one.filled / (len(plan) * plan.length),
            "tokens": plan.ledger(),
            "learning_rate": one.learning_rate,
            "learning_rate_source": one.rate_source,
            "memory_bytes": memory.memory(one.shape, one.load).total if one.shape else None,
            "device_memory_bytes": one.machine.memory_bytes,
            "checkpointing": one.load.checkpointing,
            "flops": run.flops if run else None,
            "device_hours": hours,
            "mfu": cost.MFU if hours is not None else None,
            "cost": run.cost if run else None,
            "cost_low": hours * seen.low if hours is not None and seen else None,
            "cost_high": hours * seen.high if hours is not None and seen else None,
            "price_range": asdict(seen) if seen else None,
            "approved_device_hours": one.approval.gpu_hours_limit if one.approval else None,
            "notes": [*one.notes, *self._beyond()],
        }

    def _beyond(self) -> list[str]:
        """The sentence to say where less is left of the approval than the whole run takes, which then stops before its end."""
        approval, run = self.prepared.approval, self.run
        if approval is None or run is None or run.gpu_hours is None:
            return []
        try:
            approve.spent(self.prepared.request.corpus, approval).check(approval, run.gpu_hours)
        except GateError as error:
            return [] if str(error) in self.prepared.notes else [str(error)]
        return []

    def lines(self) -> list[str]:
        """The same for people."""
        one, found = self.prepared, self.plain()
        lines = [f"model       {one.source.name}, {one.asking.kind} objective, method {one.recipe.method.kind}"]
        total = sum(sum(sources.values()) for sources in found["tokens"].values())
        for corpus, sources in found["tokens"].items():
            tokens = sum(sources.values())
            lines.append(f"tokens      {tokens:>13,}  {tokens / total:6.1%}  {corpus}")
        lines += [
            (
                f"plan        {found['steps']:,} steps of {found['sequences_per_step']} sequences of "
                f"{found['sequence_length']:,} places, {found['padding_share']:.2%} padding"
            ),
            f"rate        {found['learning_rate']:g} at most ({found['learning_rate_source']})",
            (
                f"device      {one.machine.world} x {one.machine.name}, {one.machine.dtype}, micro-batches of "
                f"{found['sequences_per_micro_batch']} sequences{', activations recomputed' if found['checkpointing'] else ''}"
            ),
            f"memory      {self._memory(found)}",
            f"work        {self._work(found)}",
        ]
        if found["device_hours"] is not None:
            lines.append(f"cost        {self._cost(found)}")
        if one.approval:
            lines.append(f"approved    {one.approval.gpu_hours_limit:,.2f} device hours by {one.approval.by}")
        return lines + [f"note        {note}" for note in found["notes"]]

    def _memory(self, found: dict[str, Any]) -> str:
        one = self.prepared
        if one.shape is None:
            return "not known for this architecture"
        fit = memory.fits(one.shape, one.load, one.machine.memory_bytes)
        if fit.missing > 0:
            return str(fit)
        needed, free = found["memory_bytes"] / memory.GIB, found["device_memory_bytes"] / memory.GIB
        return f"{needed:.1f} GiB of {free:.1f} GiB free on each device"

    def _work(self, found: dict[str, Any]) -> str:
        if found["flops"] is None:
            return "not known for this architecture"
        work = f"{found['flops']:.3g} FLOP"
        if found["device_hours"] is None:
            return f"{work}; how long that takes here is not known before it is measured"
        wall = duration(found["device_hours"] * 3600 / self.prepared.machine.world)
        return f"{work}: {found['device_hours']:.2f} device hours, {wall} at {cost.MFU:.0%} of the peak (an assumption)"

    def _cost(self, found: dict[str, Any]) -> str:
        approval, seen = self.prepared.approval, self.range
        if seen:
            return f"{found['cost_low']:,.2f} to {found['cost_high']:,.2f} USD at {seen}"
        if found["cost"] is None:
            return "not known: nobody gave a price per GPU hour, and gpus.yaml has none for this GPU"
        if self.price is not None:
            return f"{found['cost']:,.2f} at {self.price:,.2f} per GPU hour (given)"
        assert approval is not None and approval.price_per_gpu_hour is not None  # noqa: PT018, S101 (a cost has a price)
        return (
            f"{found['cost']:,.2f} {approval.currency} at {approval.price_per_gpu_hour:,.2f} per GPU hour "
            f"(approved by {approval.by})"
        )
