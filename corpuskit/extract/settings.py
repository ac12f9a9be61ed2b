"""The settings of `extract`. No reader is loaded to read a recipe."""

from dataclasses import dataclass

from corpuskit.extract.found import Limits


@dataclass(frozen=True, slots=True)
class Extract(Limits):
    """Settings of `extract`: the limits per file, what to leave out of mail, and names to leave out everywhere."""

    def __post_init__(self) -> None:
        bounds = {"max_file_mb": (1, 1 << 20), "max_expanded_mb": (1, 1 << 20), "memory_mb": (256, 1 << 20)}
        bounds |= {"timeout_seconds": (1, 86_400), "max_file_seconds": (1, 864_000), "max_depth": (0, 20)}
        bounds |= dict.fromkeys(("max_members", "max_pages", "max_rows"), (1, 1 << 31))
        for name, (least, most) in bounds.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be between {least:,} and {most:,}")
        for name, choices in (
            ("quotes", ("auto", "keep", "drop")),
            ("signatures", ("drop", "keep")),
            ("ocr", ("off", "auto")),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}")

    def limits(self) -> Limits:
        """The settings that can change a text."""
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})
