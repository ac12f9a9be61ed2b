"""The model that finds names, addresses and places, as it was when the build began."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpuskit import neural
from corpuskit.errors import CorpuskitError
from corpuskit.repair.settings import Repair


@dataclass(frozen=True, slots=True)
class Tagger:
    """A token classifier's folder, digest, and where it runs."""

    folder: Path
    digest: str
    device: Literal["cpu", "cuda"]  # of every worker: another one answers a little otherwise

    @classmethod
    def of(cls, settings: Repair) -> "Tagger | None":
        """The one that a recipe names. Raises UsageError where it is no such model, or torch is not installed."""
        if settings.names_model is None:
            return None
        folder = Path(settings.names_model).absolute()
        neural.check_tagger(folder)
        return cls(folder, neural.digest(folder), neural.device("auto"))

    def check(self) -> None:
        """Raise CorpuskitError where it is no longer what the build began with."""
        if neural.digest(self.folder) != self.digest:
            raise CorpuskitError(f"{self.folder}: changed while the build ran; run the same command again.")


def versions(settings: Repair) -> dict[str, str]:
    """What a corpus owes to the model and its libraries; nothing without one."""
    tagger = Tagger.of(settings)
    return (
        {}
        if tagger is None
        else {"names_model": tagger.digest, "names_model: device": tagger.device} | neural.versions()
    )
