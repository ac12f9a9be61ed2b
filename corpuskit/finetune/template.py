"""A conversation as token ids, and which of them the assistant says: what the model is asked for.

The chat template writes the whole conversation once and the text is tokenised once, as transformers does it, so that no token is
another one than in use. What belongs to an answer is known in characters of that text and carried over to the tokens.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from corpuskit.errors import UsageError
from corpuskit.finetune.examples import Message
from corpuskit.shard.packing import Int
from corpuskit.train.model import brief

Choice = Literal["auto", "chatml"]
Spans = list[tuple[int, int]]
MARKED = re.compile(r"\{%-?\s*generation\s*-?%\}")  # as transformers looks for it
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
WORD = re.compile(r"\w+")
TAIL = 200  # characters of an answer's end, to look for its last word in
# OpenAI's chat markup, as Qwen and SmolLM have it, without a system message of its own
CHATML_TOKENS = ("<|im_start|>", "<|im_end|>")
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Laid:
    """A conversation's tokens, `ids` int64 (n,). `asked` bool (n,): part of an answer. `sizes` int64 (n,): bytes of text, special
    tokens none. `turns` are the answers in it, of which `unclosed` have no token that ends them.
    """

    ids: Int
    asked: npt.NDArray[np.bool_]
    sizes: Int
    turns: int
    unclosed: int


class Template:
    """A tokenizer with the chat template `source`. `name` is the folder's, for errors."""

    def __init__(self, tokenizer: Any, source: str, name: str) -> None:
        self.tokenizer, self.source, self.name = tokenizer, source, name
        self.marked = MARKED.search(COMMENT.sub("", source)) is not None
        added = tokenizer.added_tokens_decoder
        self.added = np.array(sorted({*added, *tokenizer.all_special_ids}), np.int64)
        self.special = np.array(
            sorted({*(at for at, one in added.items() if one.special), *tokenizer.all_special_ids}), np.int64
        )

    def conversation(self, messages: Sequence[Message], place: str) -> list[Laid]:
        """Every answer of the assistant, in one sequence; a sequence for each where the template rewrites what was said before.

        A template that marks answers with {% generation %} is taken at its word. Otherwise an answer is what the template adds to
        what it writes when it asks for one, up to the token that closes it. Raises UsageError where neither is to be had.
        """
        turns = [at for at, message in enumerate(messages) if message.role == "assistant"]
        text, marks = self._render(messages, place)
        if self.marked:
            self._check_there(text, messages, turns[-1:], place)
            return [self._lay(text, marks)]
        spans = self._spans(text, messages, turns, place)
        if spans is not None:
            return [self._lay(text, spans)]
        return [self._last(messages[: turn + 1], place) for turn in turns]

    def ending(self, prompt: Sequence[Message], ending: Sequence[Message], place: str) -> Laid:
        """As `conversation`, in one sequence, asked for what is said after the prompt. Raises UsageError where that cannot be."""
        messages = [*prompt, *ending]
        turns = [at for at in range(len(prompt), len(messages)) if messages[at].role == "assistant"]
        text, marks = self._render(messages, place)
        if self.marked:
            self._check_there(text, messages, turns[-1:], place)
            begin = len(self._until(messages, len(prompt), place))
            return self._lay(text, [(max(start, begin), stop) for start, stop in marks if stop > begin])
        found = self._spans(text, messages, turns, place)
        if found is None:
            raise self._unclear(place)
        return self._lay(text, found)

    def _last(self, messages: Sequence[Message], place: str) -> Laid:
        text, _ = self._render(messages, place)
        spans = self._spans(text, messages, [len(messages) - 1], place)
        if spans is None:
            raise self._unclear(place)
        return self._lay(text, spans)

    def _spans(self, text: str, messages: Sequence[Message], turns: Sequence[int], place: str) -> Spans | None:
        """Where these answers stand in the text, in characters; None where the text does not go on as its beginnings do."""
        found = []
        for turn in turns:
            before = self._until(messages, turn, place)
            after = text if turn == len(messages) - 1 else self._render(messages[: turn + 1], place)[0]
            if not (text.startswith(after) and after.startswith(before)):
                return None
            self._check_there(after[len(before) :], messages, [turn], place)
            found.append((len(before), len(after)))
        return found

    def _check_there(self, text: str, messages: Sequence[Message], turns: Sequence[int], place: str) -> None:
        """Raise UsageError where an answer's last word is not in the text: some templates of models for images look for lists."""
        words = [word for turn in turns for word in WORD.findall(messages[turn].content[-TAIL:])[-1:]]
        if any(word not in text for word in words):
            raise UsageError(
                f"{place}: the chat template of {self.name} leaves the answer out; it is not for plain text."
            )

    def _until(self, messages: Sequence[Message], turn: int, place: str) -> str:
        """What is written before the assistant says its turn."""
        if turn:
            return self._render(messages[:turn], place, asking=True)[0]
        one, other = (self._render([Message("assistant", said)], place)[0] for said in "ab")
        return one[: next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)]

    def _render(self, messages: Sequence[Message], place: str, *, asking: bool = False) -> tuple[str, Spans]:
        """The text, and where the template itself marks answers. transformers runs templates in a sandbox."""
        from transformers.utils.chat_template_utils import render_jinja_template

        said = [{"role": message.role, "content": message.content} for message in messages]
        rendered: Any  # transformers says str
        try:
            rendered = render_jinja_template(
                conversations=[said],
                chat_template=self.source,
                return_assistant_tokens_mask=self.marked,
                add_generation_prompt=asking,
                **self.tokenizer.special_tokens_map,
            )
        except Exception as error:  # noqa: BLE001 (a template is a program, and raises what it likes)
            raise UsageError(
                f"{place}: the chat template of {self.name} refuses the roles {', '.join(one.role for one in messages)}: "
                f"{self._said(error)}. Change the conversation or the template."
            ) from None
        texts, marks = rendered
        return texts[0], marks[0] if self.marked else []

    def _said(self, error: Exception) -> str:
        """An error's words where they are the template's own: others may hold text of the conversation."""
        return brief(error) if str(error) in self.source else type(error).__name__

    def _unclear(self, place: str) -> UsageError:
        return UsageError(
            f"{place}: the chat template of {self.name} writes an answer otherwise than it asks for one, so where the answer begins "
            "is not known; mark answers in its chat_template.jinja with {% generation %} and {% endgeneration %}."
        )

    def _lay(self, text: str, spans: Spans) -> Laid:
        found = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        ids = np.array(found["input_ids"], np.int64)
        start, stop = np.array(found["offset_mapping"], np.int64).reshape(-1, 2).T
        asked, added, unclosed = np.zeros(len(ids), bool), np.isin(ids, self.added), 0
        for first, last in spans:
            here = np.flatnonzero((start < last) & ((stop > first) | (start >= first)))
            closing = here[added[here]][-1:]
            if len(closing) and not text[stop[closing[0]] : last].strip():
                here = here if self.marked else here[here <= closing[0]]
            else:
                unclosed += 1
            asked[here] = True
        return Laid(ids, asked, self._sizes(text, ids, start, stop), len(spans), unclosed)

    def _sizes(self, text: str, ids: Int, start: Int, stop: Int) -> Int:
        """A character of several tokens counts for the first of them."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        widths = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)  # in UTF-8
        ends = np.concatenate([[0], np.cumsum(widths)])
        seen = np.maximum.accumulate(np.concatenate([[0], stop]))[:-1]
        sizes: Int = ends[np.maximum(stop, seen)] - ends[np.maximum(start, seen)]
        sizes[np.isin(ids, self.special)] = 0
        return sizes


def load(folder: Path, choice: Choice = "auto") -> Template:
    """The tokenizer in a model's folder with its chat template, or with plain ChatML. Raises UsageError where there is none."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever a damaged config.json or tokenizer_config.json makes transformers raise
        raise UsageError(f"{folder}: config.json and tokenizer cannot be loaded: {brief(error)}.") from error
    if not tokenizer.is_fast:
        raise UsageError(f"{folder}: no tokenizer.json; save the model's fast tokenizer there.")
    return Template(tokenizer, _source(tokenizer, folder, choice), folder.name)


def _source(tokenizer: Any, folder: Path, choice: Choice) -> str:
    vocabulary = tokenizer.get_vocab()
    if choice == "chatml":
        missing = [token for token in CHATML_TOKENS if token not in vocabulary]
        if missing:
            raise UsageError(
                f"{folder}: the tokenizer has no token {' and no '.join(missing)}, so ChatML cannot be written with it; put the "
                "model's own chat_template.jinja there."
            )
        return CHATML
    try:
        return str(tokenizer.get_chat_template())
    except ValueError:
        known = all(token in vocabulary for token in CHATML_TOKENS)
        other = ", or choose template: chatml" if known else ""
        raise UsageError(
            f"{folder}: the tokenizer has no chat template; put the instruction-tuned model's there, chat_template.jinja{other}."
        ) from None


def shown(ids: Int, asked: npt.NDArray[np.bool_], tokenizer: Any) -> list[tuple[str, bool]]:
    """Token by token, what it says and whether it is asked. A piece of a character is shown as the vocabulary has it."""
    found = []
    for at in range(len(ids)):
        before = tokenizer.decode(ids[max(at - 1, 0) : at], clean_up_tokenization_spaces=False)
        both = tokenizer.decode(ids[max(at - 1, 0) : at + 1], clean_up_tokenization_spaces=False)
        text = both[len(before) :]
        if "\ufffd" in before + both:  # a character's bytes in several tokens
            alone = tokenizer.decode(ids[at : at + 1], clean_up_tokenization_spaces=False)
            text = str(tokenizer.convert_ids_to_tokens(int(ids[at]))) if "\ufffd" in alone else alone
        found.append((text, bool(asked[at])))
    return found
