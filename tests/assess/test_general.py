import numpy as np
import pytest

from corpuskit.assess import general


def test_the_shipped_counts_are_those_of_the_readme() -> None:
    pool = general.shipped()
    assert (pool.total, len(pool.documents), len(pool.words)) == (347_050, 1874, 18_152)
    assert len(np.unique(pool.documents)) == 122
    assert pool.sizes.max() <= 200


def test_the_shipped_counts_are_small_and_hold_no_pickle() -> None:
    file = general.SHIPPED / "en.npz"
    assert file.stat().st_size < 1_000_000
    with np.load(file, allow_pickle=False) as shipped:
        assert sorted(shipped.files) == ["counts", "documents", "entries", "steps", "words"]
        assert all(shipped[name].dtype.kind == "u" for name in shipped.files)


def test_the_shipped_words_keep_their_case() -> None:
    spellings = general.shipped().spellings()
    assert spellings["the"] > spellings["The"] > 1000
    assert "unk" not in spellings


def test_the_reference_counts_in_lower_case() -> None:
    found = general.load(None)
    spellings = found.pool.spellings()
    assert (found.kind, found.name, found.language, found.words) == ("bundled", "WikiText-2", "en", 347_050)
    assert found.counts["the"] == spellings["the"] + spellings["The"] + spellings["THE"]


def test_chunks_are_in_no_order() -> None:
    documents = general.shipped().documents
    assert np.mean(np.diff(documents) == 0) == pytest.approx(0.02, abs=0.02)
