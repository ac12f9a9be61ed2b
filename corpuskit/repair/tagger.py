"""The model that finds names, addresses and places, as it was when the build began."""

from dataclasses import dataclass
from pathlib import Path

from corpuskit import neural
from corpuskit.errors import CorpuskitError
from corpuskit.repair.settings import Repair


@dataclass(frozen=True, slots=True)
class Tagger:
    """A token classifier's folder and digest."""

    folder: Path
    digest: str

    @classmethod
    def of(cls, settings: Repair) -> "Tagger | None":
        """The one that a recipe names. Raises UsageError where it is no such model, or torch is not installed."""
        if settings.names_model is None:
            return None
        folder = Path(settings.names_model).absolute()
        neural.check_tagger(folder)
        return cls(folder, neural.digest(folder))

    def check(self) -> None:
        """Raise CorpuskitError where it is no longer what the build began with."""
        if neural.digest(self.folder) != self.digest:
            raise CorpuskitError(f"{self.folder}: changed while the build ran; run the same command again.")


def versions(settings: Repair) -> dict[str, str]:
    """What a corpus owes to the model and its libraries; nothing without one."""
    tagger = Tagger.of(settings)
    return {} if tagger is None else {"names_model": tagger.digest} | neural.versions()
