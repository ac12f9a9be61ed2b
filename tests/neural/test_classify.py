import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from corpuskit import neural
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.neural.classify import PIECE, PIECES, cut, windows
from corpuskit.neural.folder import look
from corpuskit.neural.loaded import Loaded
from corpuskit.neural.spelled import load as spelling
from tests.neural.conftest import OTHER, RENT, ids

KIND = "ForSequenceClassification"


def column(*texts: str | None) -> pa.Array:
    return pa.array(texts, pa.string())


def test_a_label_has_its_chance(chance: Path) -> None:
    found = neural.scores(column(*RENT, *OTHER), chance, "rent")
    assert found.type == pa.float32()
    assert [round(score) for score in found.to_pylist()] == [1, 1, 0, 0]


def test_chances_of_all_labels_are_one(chance: Path) -> None:
    one, other = (neural.scores(column(*RENT), chance, label).to_numpy() for label in ("rent", "about"))
    assert np.allclose(one + other, 1, atol=1e-3)


def test_a_model_with_one_label_says_its_number(number: Path) -> None:
    found = neural.scores(column(*RENT, *OTHER), number).to_numpy()
    assert np.allclose(found, [4, 4, 0, 0], atol=0.5)


def test_scores_are_those_of_transformers(number: Path) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(number).eval()
    with torch.inference_mode():
        said = [float(model(input_ids=torch.tensor([ids(number, text)])).logits[0, 0]) for text in RENT]
    assert np.allclose(neural.scores(column(*RENT), number).to_numpy(), said, atol=1e-4)


def test_a_score_does_not_depend_on_its_neighbours(number: Path) -> None:
    texts = [*RENT, None, "rent " * 90, *OTHER, "", "cats"] * 3
    apart = [neural.scores(column(text), number)[0].as_py() for text in texts]
    assert neural.scores(column(*texts), number).to_pylist() == apart
    assert neural.scores(column(*texts[::-1]), number).to_pylist() == apart[::-1]


def test_null_and_a_text_without_a_token_have_no_score(number: Path) -> None:
    assert neural.scores(column(None, "", " \n"), number).to_pylist() == [None, None, None]


def test_a_long_text_is_the_mean_of_windows_by_tokens(number: Path) -> None:
    text = "rent " * 38 + "cats " * 19  # 57 tokens or more, 38 places a window
    model = look(number, KIND)
    parts = list(windows(text, spelling(model)))
    sizes = [len(part) for part in parts]
    assert max(sizes) <= 40
    assert max(sizes) - min(sizes) <= 1
    loaded = AutoModelForSequenceClassification.from_pretrained(number).eval()
    with torch.inference_mode():
        said = [float(loaded(input_ids=torch.from_numpy(part)[None]).logits[0, 0]) for part in parts]
    assert neural.scores(column(text), number)[0].as_py() == pytest.approx(np.average(said, weights=sizes), abs=1e-3)


def test_of_a_very_long_text_eight_pieces_are_read() -> None:
    assert cut("a" * PIECES * PIECE) == ["a" * PIECES * PIECE]
    pieces = cut("0123456789" * 10_000)
    assert [len(piece) for piece in pieces] == [PIECE] * PIECES
    assert pieces[0] != pieces[1] or len(set(pieces)) == 1


def test_passes_of_several_windows_say_what_passes_of_one_do(number: Path) -> None:
    """What a GPU does, on a processor: fixed shapes, filled rows."""
    module = AutoModelForSequenceClassification.from_pretrained(number).eval()
    parts = [ids(number, text) for text in (*RENT, *OTHER, "rent and cats and rent and dogs")]
    some = [np.array(part, np.int64) for part in parts]
    alone = dict(Loaded(module, "cpu", 0, 40).outputs(some))

    class Several(Loaded):
        __slots__ = ()

        def _forward(self, batch: torch.Tensor, mask: torch.Tensor) -> np.ndarray:
            assert batch.shape[1] in {32, 40}
            assert batch.shape[0] == 16_384 // batch.shape[1]
            with torch.inference_mode():
                return np.asarray(module(input_ids=batch[:8], attention_mask=mask[:8]).logits.numpy())

    together = dict(Several(module, "cuda", 0, 40).outputs(some))
    assert all(np.allclose(alone[at], together[at], atol=1e-5) for at in range(len(some)))


@pytest.mark.parametrize(
    ("label", "sentence"),
    [("rents", "rents: no such label; it has about, rent"), (None, "a label must be named; it has about, rent")],
)
def test_a_label_that_is_not_there_is_said(label: str | None, sentence: str, chance: Path) -> None:
    with pytest.raises(UsageError, match=sentence):
        neural.check_classifier(chance, label)


def changed(folder: Path, to: Path, **said: object) -> Path:
    shutil.copytree(folder, to)
    about = json.loads((to / "config.json").read_text()) | said
    (to / "config.json").write_text(json.dumps(about))
    return to


def test_code_of_the_models_own_is_not_run(chance: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="code of its own"):
        neural.check_classifier(changed(chance, tmp_path / "m", auto_map={"AutoModel": "evil.Model"}), "rent")


def test_weights_that_are_not_safetensors_are_refused(chance: Path, tmp_path: Path) -> None:
    to = changed(chance, tmp_path / "m")
    (to / "model.safetensors").rename(to / "pytorch_model.bin")
    with pytest.raises(UsageError, match="other formats can hold programs"):
        neural.check_classifier(to, "rent")


def test_a_model_without_its_head_is_refused(chance: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    to = changed(chance, tmp_path / "m")
    kept = {name: some for name, some in load_file(to / "model.safetensors").items() if "classifier" not in name}
    save_file(kept, to / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CorpuskitError, match="weights are missing: classifier"):
        neural.scores(column("rent"), to, "rent")


def test_another_kind_of_model_is_said(tagger: Path, chance: Path) -> None:
    with pytest.raises(UsageError, match="BertForTokenClassification; a model ForSequenceClassification is wanted"):
        neural.check_classifier(tagger)
    with pytest.raises(UsageError, match="BertForSequenceClassification; a model ForTokenClassification is wanted"):
        neural.check_tagger(chance)


def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"config\.json is missing"):
        neural.check_classifier(tmp_path)


def test_the_digest_knows_config_tokenizer_and_weights(chance: Path, tmp_path: Path) -> None:
    to = changed(chance, tmp_path / "m")
    shutil.copyfile(chance / "config.json", to / "config.json")
    before = neural.digest(to)
    assert before == neural.digest(chance)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (to / name).write_bytes((to / name).read_bytes() + b" ")
        assert neural.digest(to) != before
        before = neural.digest(to)


def test_a_gpu_that_is_not_there_is_said() -> None:
    assert neural.device("cpu") == "cpu"
    if not torch.cuda.is_available():
        assert neural.device("auto") == "cpu"
        with pytest.raises(UsageError, match="PyTorch sees none here"):
            neural.device("cuda")
