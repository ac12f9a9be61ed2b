import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from corpuskit.errors import UsageError
from corpuskit.finetune.examples import Message
from corpuskit.finetune.template import CHATML, Template, load, shown
from tests.finetune.talking import MARKED, PROMPT, TALKS, THINKING, TURNS, said, tokenizer

PLACE = "talks.jsonl:7"
FIRST = [
    ("<|im_start|>", False), ("system", False), ("\n", False), ("be", False), (" brief", False), ("<|im_end|>", False), ("\n", False),
    ("<|im_start|>", False), ("user", False), ("\n", False),
    ("the", False), (" pump", False), (" is", False), (" leaking", False), ("<|im_end|>", False), ("\n", False),
    ("<|im_start|>", False), ("assistant", False), ("\n", False),
    ("check", True), (" the", True), (" seal", True), ("<|im_end|>", True), ("\n", False),
]  # fmt: skip
SECOND = [
    ("<|im_start|>", False), ("user", False), ("\n", False), ("what", False), (" now", False), ("<|im_end|>", False), ("\n", False),
    ("<|im_start|>", False), ("assistant", False), ("\n", False),
    ("replace", True), (" it", True), ("<|im_end|>", True), ("\n", False),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tokenizer(tmp_path_factory.mktemp("chatml"))


@pytest.fixture(scope="module")
def form(folder: Path) -> Template:
    return load(folder)


def other(form: Template, source: str) -> Template:
    """The same tokenizer with another template."""
    return Template(form.tokenizer, source, "other")


def seen(form: Template, messages: tuple[Message, ...]) -> list[list[tuple[str, bool]]]:
    return [shown(laid.ids, laid.asked, form.tokenizer) for laid in form.conversation(messages, PLACE)]


def asked(form: Template, messages: tuple[Message, ...]) -> list[str]:
    """What each sequence is asked for, as text."""
    return ["".join(text for text, is_asked in one if is_asked) for one in seen(form, messages)]


def test_answers_are_asked_with_the_token_that_closes_them_and_nothing_else(form: Template) -> None:
    assert seen(form, TURNS) == [FIRST + SECOND]


def test_answers_are_where_the_template_marks_them(form: Template) -> None:
    newline = ("\n", False)
    wanted = [
        one for at, one in enumerate(FIRST + SECOND) if one != newline or (FIRST + SECOND)[at - 1][0] != "<|im_end|>"
    ]
    assert seen(other(form, MARKED), TURNS) == [wanted]


def test_a_mark_in_a_comment_of_the_template_is_none(form: Template) -> None:
    assert seen(other(form, "{# no {% generation %} here #}" + CHATML), TURNS) == [FIRST + SECOND]


def test_a_template_that_rewrites_history_gives_a_sequence_for_each_answer(form: Template) -> None:
    thought = (
        TURNS[1],
        Message("assistant", "a seal?</think>check"),
        TURNS[3],
        Message("assistant", "now</think>replace"),
    )
    found = seen(other(form, THINKING), thought)
    first = "<|im_start|>user\nthe pump is leaking<|im_end|>\n<|im_start|>assistant\n"
    assert ["".join(text for text, _ in one) for one in found] == [
        f"{first}a seal?</think>check<|im_end|>\n",
        f"{first}check<|im_end|>\n<|im_start|>user\nwhat now<|im_end|>\n<|im_start|>assistant\nnow</think>replace<|im_end|>\n",
    ]
    assert asked(other(form, THINKING), thought) == ["a seal?</think>check<|im_end|>", "now</think>replace<|im_end|>"]


def test_a_template_that_answers_otherwise_than_it_asks_is_refused_with_the_place(form: Template) -> None:
    source = CHATML.replace("'<|im_start|>assistant\n' }}", "'<|im_start|>assistant\n<think>' }}")
    with pytest.raises(
        UsageError, match=r"^talks.jsonl:7: the chat template of other writes an answer otherwise than it asks"
    ):
        other(form, source).conversation(TURNS, PLACE)


def test_the_ids_are_those_of_transformers(form: Template) -> None:
    for source in (CHATML, MARKED, "{{ eos_token }}" + CHATML):
        for messages in TALKS:
            wanted = form.tokenizer.apply_chat_template(said(messages), chat_template=source, return_dict=False)
            (laid,) = other(form, source).conversation(messages, PLACE)
            assert laid.ids.tolist() == wanted


def test_marks_are_those_of_transformers(form: Template) -> None:
    for messages in TALKS:
        found = form.tokenizer.apply_chat_template(
            said(messages), chat_template=MARKED, return_dict=True, return_assistant_tokens_mask=True
        )
        (laid,) = other(form, MARKED).conversation(messages, PLACE)
        assert laid.asked.astype(int).tolist() == found["assistant_masks"]


def test_no_second_token_begins_the_text(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, processors

    folder = tokenizer(tmp_path, "{{ '<|endoftext|>' }}" + CHATML)
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made.post_processor = processors.TemplateProcessing(
        single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 0)]
    )
    made.save(str(folder / "tokenizer.json"))
    (laid,) = load(folder).conversation(TURNS, PLACE)
    assert laid.ids[:2].tolist() == [0, 1]


def test_all_tokens_of_an_emoji_are_asked(form: Template) -> None:
    (found,) = seen(form, (TURNS[1], Message("assistant", "it 😀")))
    assert found[-8:] == [
        ("it", True), (" ", True), ("ð", True), ("Ł", True), ("ĺ", True), ("Ģ", True), ("<|im_end|>", True), ("\n", False),
    ]  # fmt: skip
    unclosed = MARKED.replace("+ '<|im_end|>' }}{% endgeneration %}", "}}{% endgeneration %}")
    (found,) = seen(other(form, unclosed), (TURNS[1], Message("assistant", "it 😀")))
    assert found[-6:] == [("it", True), (" ", True), ("ð", True), ("Ł", True), ("ĺ", True), ("Ģ", True)]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=2, max_size=4))
def test_whatever_is_said_the_asked_bytes_are_the_answers_bytes(form: Template, contents: list[str]) -> None:
    messages = tuple(Message("assistant" if at % 2 else "user", content) for at, content in enumerate(contents))
    for source in (CHATML, MARKED):
        (laid,) = other(form, source).conversation(messages, PLACE)
        answers = [one.content for one in messages if one.role == "assistant"]
        assert laid.sizes[laid.asked].sum() == sum(len(one.encode()) for one in answers)
        assert form.tokenizer.decode(laid.ids[laid.asked]) == "".join(f"{one}<|im_end|>" for one in answers)
        assert (laid.turns, laid.unclosed) == (len(answers), 0)


def test_a_conversation_may_begin_with_the_assistant(form: Template) -> None:
    greeted = (Message("assistant", "thank you"), *TURNS[1:3])
    assert asked(form, greeted) == ["thank you<|im_end|>check the seal<|im_end|>"]
    default = (
        "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nbe brief<|im_end|>\n' }}{% endif %}" + CHATML
    )
    assert asked(other(form, default), greeted) == ["thank you<|im_end|>check the seal<|im_end|>"]


def test_an_answer_that_no_token_closes_is_asked_whole_and_counted(form: Template) -> None:
    plain = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\n' }}{% endfor %}"
    plain += "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
    assert asked(other(form, plain), TURNS[1:3]) == [" check the seal\n"]
    (laid,) = other(form, plain).conversation(TURNS, PLACE)
    assert (laid.turns, laid.unclosed) == (2, 2)


def test_an_end_is_asked_for_what_is_said_after_the_prompt(form: Template) -> None:
    talked = (*TURNS[:3], TURNS[3])
    for source in (CHATML, MARKED, THINKING):
        laid = other(form, source).ending(talked, (TURNS[4],), PLACE)
        assert form.tokenizer.decode(laid.ids[laid.asked]) == "replace it<|im_end|>"
    early = MARKED.replace("+ '\n' }}{% if", "}}{{ '\n' if message['role'] != 'assistant' }}{% if")
    early = early.replace(
        "{{ message['content'] + '<|im_end|>' }}{% endgen", "{{ '\n' + message['content'] + '<|im_end|>' }}{% endgen"
    )
    assert asked(other(form, early), TURNS[1:3]) == ["\ncheck the seal<|im_end|>"]
    laid = other(form, early).ending(TURNS[1:2], TURNS[2:3], PLACE)
    assert form.tokenizer.decode(laid.ids[laid.asked]) == "check the seal<|im_end|>"
    laid = form.ending(PROMPT, TURNS[2:], PLACE)
    assert form.tokenizer.decode(laid.ids[laid.asked]) == "check the seal<|im_end|>replace it<|im_end|>"
    with pytest.raises(UsageError, match="where the answer begins is not known"):
        other(form, THINKING).ending(PROMPT, (Message("assistant", "a</think>b"), *TURNS[3:]), PLACE)


def test_a_role_that_the_template_refuses_is_named_with_the_place_and_without_the_text(form: Template) -> None:
    source = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + CHATML
    )
    with pytest.raises(UsageError) as refused:
        other(form, source).conversation(TURNS[:3], PLACE)
    assert str(refused.value) == (
        "talks.jsonl:7: the chat template of other refuses the roles system, user, assistant: System role not supported. "
        "Change the conversation or the template."
    )
    source = "{{ raise_exception('I do not like ' + messages[0]['content']) }}"
    with pytest.raises(UsageError, match=r"assistant: TemplateError. Change the") as refused:
        other(form, source).conversation(TURNS[:3], PLACE)
    assert "brief" not in str(refused.value)


def test_a_template_runs_in_a_sandbox(form: Template) -> None:
    with pytest.raises(UsageError, match="SecurityError"):
        other(form, "{{ messages.__class__.__base__.__subclasses__() }}").conversation(TURNS, PLACE)


def test_a_template_that_leaves_out_the_answer_is_refused(form: Template) -> None:
    source = CHATML.replace("message['content']", "message['content']['text']|default('', true)")
    with pytest.raises(UsageError, match=r"talks.jsonl:7: the chat template of other leaves the answer out"):
        other(form, source).conversation(TURNS, PLACE)


def test_a_template_may_write_an_answer_otherwise_than_it_was_said(form: Template) -> None:
    source = CHATML.replace("message['content']", "message['content'].replace('>', '>\n')|trim")
    assert asked(other(form, source), (TURNS[1], Message("assistant", "<b>is</b>it "))) == ["<b>\nis</b>\nit<|im_end|>"]


def test_a_folder_without_a_template_is_refused_unless_chatml_is_chosen(tmp_path: Path) -> None:
    folder = tokenizer(tmp_path / "base", None)
    with pytest.raises(
        UsageError, match=r"has no chat template; put .* chat_template.jinja, or choose template: chatml"
    ):
        load(folder)
    assert seen(load(folder, "chatml"), TURNS) == [FIRST + SECOND]
    folder = tokenizer(tmp_path / "other", None, ["<|endoftext|>", "</s>"])
    with pytest.raises(UsageError, match=r"there, chat_template.jinja\.$"):
        load(folder)
    with pytest.raises(UsageError, match=r"has no token <\|im_start\|> and no <\|im_end\|>, so ChatML"):
        load(folder, "chatml")


# Chat templates as models have them; TRL mirrors them and marks their answers by hand, some with the newline after the end.
# Qwen2.5's begins a mark at the newline before the answer, and Phi-3's ends a text, not an answer, with the end of text.
@pytest.mark.parametrize(
    ("name", "special"),
    [
        ("gemma", ["<start_of_turn>", "<end_of_turn>"]),
        ("llama3", ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]),
        ("cohere", ["<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"]),
        ("qwen3_instruct_2507", ["<|im_start|>", "<|im_end|>"]),
        ("lfm2", ["<|im_start|>", "<|im_end|>"]),
    ],
)
def test_answers_of_real_templates_are_where_trl_marks_them(tmp_path: Path, name: str, special: list[str]) -> None:
    trl = importlib.util.find_spec("trl")
    if trl is None or not trl.submodule_search_locations:
        pytest.skip("trl is not installed")
    templates = Path(trl.submodule_search_locations[0]) / "chat_templates"
    folder = tokenizer(tmp_path, None, ["<s>", *special])
    made = AutoTokenizer.from_pretrained(folder, bos_token="<s>")
    ours = Template(made, (templates / f"{name}.jinja").read_text(encoding="utf-8"), name)
    marked = Template(made, (templates / f"{name}_training.jinja").read_text(encoding="utf-8"), name)
    for messages in (TURNS[1:], TALKS[1]):
        (found,), (wanted,) = (one.conversation(messages, PLACE) for one in (ours, marked))
        newline = made.convert_tokens_to_ids("Ċ")
        closes = np.roll(wanted.ids, 1) == made.convert_tokens_to_ids(special[-1])
        assert found.ids.tolist() == wanted.ids.tolist()
        assert found.asked.tolist() == (wanted.asked & ~((wanted.ids == newline) & closes)).tolist()
        assert found.asked.any()


def test_a_piece_of_a_character_is_shown_as_the_vocabulary_has_it(form: Template) -> None:
    ids = np.array(form.tokenizer("é it", add_special_tokens=False)["input_ids"])
    assert [text for text, _ in shown(ids, np.zeros(len(ids), bool), form.tokenizer)] == ["Ã", "©", " it"]
