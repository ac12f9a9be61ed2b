import pyarrow as pa
import pytest

from corpuskit.score.cues import CUES
from corpuskit.score.kinds import CUE_SHARE, KINDS, kinds
from corpuskit.score.statistics import measure

CONTRACT = "This agreement is made between the parties. The licensee shall pay the licensor. " * 3
NOTE = "The patient denies pain. No allergies. Medications: 5 mg daily. Abdomen soft. " * 3
STORY = "She walked along the river and thought of her brother, who had left in the spring. " * 5


def kind(text: str | None, media_type: str = "text/plain") -> str | None:
    found: str | None = kinds(measure(pa.array([text], pa.string())), pa.array([media_type]))[0].as_py()
    return found


@pytest.mark.parametrize(
    ("text", "media_type", "wanted"),
    [
        (CONTRACT, "text/plain", "contract"),
        (CONTRACT, "application/pdf", "contract"),
        (CONTRACT, "text/html", "contract"),
        (CONTRACT, "message/rfc822", "mail"),
        (STORY, "text/html", "web page"),
        (STORY, "text/plain", "other"),
        (NOTE, "text/plain", "clinical note"),
        ("Minutes of the meeting\nAttendees: three\nThe agenda was read. Apologies from one.", "text/plain", "minutes"),
        ("Click the button, press Save in the menu and install the package. " * 2, "application/pdf", "manual"),
        ("Revenues of the fiscal quarter rose to 3 million compared with consolidated earnings.", "application/pdf", "report"),
        ("a | b\n1 | 2\nall of it", "text/plain", "table"),
        ("1\n2", "text/csv", "table"),
        ("int a;\nint b;\nvoid f() {\n}\n", "text/plain", "code"),
        ("def f(): pass", "text/x-python", "code"),
        ("Name: ____\nDate: ____\nthe rest", "text/plain", "form"),
        ("Welcome", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "slides"),
        ("Der Vertrag zwischen Auftraggeber und Auftragnehmer regelt die Haftung.", "text/plain", "contract"),
        ("", "text/plain", "other"),
    ],
)  # fmt: skip
def test_a_document_is_told_by_format_lines_and_cues(text: str, media_type: str, wanted: str) -> None:
    assert kind(text, media_type) == wanted


def test_two_cue_words_are_no_type() -> None:
    assert kind("The agreement of the parties was good.") == "other"


def test_what_could_not_be_read_has_no_kind() -> None:
    assert kind(None) is None


def test_each_cue_says_one_type_and_each_type_has_its_bound() -> None:
    words = [word for cues in CUES.values() for word in cues]
    assert len(words) == len(set(words))
    assert set(CUES) == set(CUE_SHARE) < set(KINDS)


def test_one_batch_or_many_give_the_same_kinds() -> None:
    texts = pa.array([CONTRACT, None, NOTE, STORY])
    types = pa.array(["text/plain"] * 4)
    whole = kinds(measure(texts), types).to_pylist()
    assert [kinds(measure(texts[k : k + 1]), types[k : k + 1])[0].as_py() for k in range(4)] == whole
