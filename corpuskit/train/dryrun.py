"""`--dry-run`: what a run would do and take, before a weight is loaded."""

from dataclasses import dataclass
from typing import Any

from corpuskit.budget import gpus, memory
from corpuskit.train.prepare import Prepared
from corpuskit.train.watch import duration

ASSUMED_MFU = (
    0.4  # of a GPU in gpus.yaml: the lower end of what is published for 0.1 to 8B models. Nothing is assumed of a CPU
)


@dataclass(frozen=True)
class Dry:
    """A run that was prepared."""

    prepared: Prepared

    def plain(self) -> dict[str, Any]:
        """The figures, for programs."""
        one, plan = self.prepared, self.prepared.plan
        flops = one.flops_per_place(one.squares, one.filled)
        card = gpus.gpu(one.machine.name) if one.machine.kind == "cuda" else None
        seconds = flops * one.filled / (card.peak_flops * ASSUMED_MFU) if flops and card else None
        price = one.approval.price_per_gpu_hour if one.approval else None
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
            "flops": flops * one.filled if flops else None,
            "device_hours": seconds / 3600 if seconds else None,
            "cost": seconds / 3600 * price if seconds and price else None,
            "approved_device_hours": one.approval.gpu_hours_limit if one.approval else None,
            "notes": list(one.notes),
        }

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
        cost = (
            f", {found['cost']:,.2f} {self.prepared.approval.currency}"
            if found["cost"] and self.prepared.approval
            else ""
        )
        return f"{work}: {found['device_hours']:.2f} device hours{cost}, {wall} at {ASSUMED_MFU:.0%} of the peak (an assumption)"
