"""The proof as one HTML page that needs nothing else, in the report page's clothes."""

from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from corpuskit.evaluate import figures
from corpuskit.evaluate.card import missing
from corpuskit.evaluate.page.drawings import draw, letters
from corpuskit.evaluate.rows import adapted, base, compared, difference, forgot, in_bits, replayed
from corpuskit.evaluate.sentence import verdict
from corpuskit.report.page.charts import cut
from corpuskit.report.page.figures import Figures, Part, count, key, look
from corpuskit.report.page.render import FOLDER, all_readable, policy

TITLES = {
    "better": "Better",
    "better, not by the domain": "Better, but not by the domain",
    "no difference shown": "No difference shown",
    "mixed": "Better here, worse there",
    "worse": "Worse",
    "not measured": "Not measured",
}
NAME = 60  # characters of a name on the page; proof.json has all


def render(proof: dict[str, Any]) -> str:
    """The page of a proof (schema.json): bits, memorised, forecast and benchmarks may be None, every list empty.

    The same proof gives the same page. Raises jinja2.UndefinedError or KeyError for one that lacks what it should hold.
    """
    proof = all_readable(proof)
    style = (FOLDER / "page.css").read_text(encoding="utf-8") + _own("proof.css")
    return (
        _templates()
        .get_template("proof.html")
        .render(
            **Said(proof).globals(),
            unit_of=lambda name: _unit(proof, name),
            proof=proof,
            charts=draw(proof),
            letters=letters(proof),
            ours=adapted(proof),
            start=base(proof),
            again=any(replayed(proof, arm) for arm in proof["arms"]),
            missing=missing(proof),
            title=TITLES[verdict(proof)],
            verdict=verdict(proof),
            won=_won(proof),
            policy=policy(style, ""),
            style=Markup(style),  # noqa: S704 - our own files
        )
    )


@cache
def _templates() -> Environment:
    """The templates, compiled once a process."""
    world = Environment(
        loader=ChoiceLoader([PackageLoader("corpuskit.evaluate.page"), PackageLoader("corpuskit.report.page")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    world.filters |= {"name": lambda name: cut(str(name), NAME), "counted": count}
    return world


def _unit(proof: dict[str, Any], name: str) -> str:
    """How differences on a task are written."""
    return "moved" if any(in_bits(task) for task in proof["tasks"] if task["name"] == name) else "points"


def _own(name: str) -> str:
    return (FOLDER.parents[2] / "evaluate" / "page" / "templates" / name).read_text(encoding="utf-8")


def _won(proof: dict[str, Any]) -> dict[str, int]:
    """How many of the domain's tasks ended how."""
    found = [one.gain["outcome"] for one in compared(proof)]
    return {outcome: found.count(outcome) for outcome in ("better", "no difference shown", "worse")} | {
        "all": len(found)
    }


class Said(Figures):
    """The report page's figures and the proof's own ways of writing them."""

    def figure(self, way: str, *place: Part) -> Markup:
        """What stands at a place, as an HTML `data` element; a dash for None."""
        value = look(self.report, key(*place))
        if way not in figures.WAYS or isinstance(value, bool) or not isinstance(value, int | float):
            return super().figure("plain" if way in figures.WAYS else way, *place)
        text = figures.WAYS[way](value)
        return Markup('<data value="{}" data-key="{}">{}</data>').format(repr(value), key(*place), text)

    def globals(self) -> dict[str, Any]:
        """The names that templates use: `figure` and `interval` take a way and a place, or a task and a place within it."""
        named = {"figure": self.figure, "difference": difference, "in_bits": in_bits, "forgot": forgot}
        return super().globals() | named | {"full": lambda task: task["sizes"][-1] if task["sizes"] else None}
