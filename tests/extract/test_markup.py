from pathlib import Path

import pytest

from tests.extract.made import docx, epub, failed, found, text

ARTICLE = (
    "<html><head><title>The &amp; plan</title><meta name='author' content='Ada'></head><body>"
    "<nav class='navbar'><a href='/'>Home</a> <a href='/shop'>Shop</a></nav><div id='sidebar'>Most read</div>"
    "<article><h1>The plan</h1>"
    + "<p>The board approved the plan for the new plant after a long debate.</p>"
    * 8
    + "</article>"
    "<div class='comments'><p>Nice one!</p></div><footer class='footer'>Imprint and terms</footer></body></html>"
)


def test_a_saved_page_gives_its_main_content() -> None:
    one = text(ARTICLE.encode())
    assert "board approved" in one.text
    assert not any(chrome in one.text for chrome in ("Shop", "Most read", "Imprint", "Nice one"))
    assert (one.title, one.author) == ("The & plan", "Ada")


def test_a_fragment_is_read_whole() -> None:
    assert text(b"<p>One</p><ul><li>two</li></ul><footer>Three</footer>").text.split() == ["One", "-", "two", "Three"]


def test_a_page_without_main_content_is_read_whole() -> None:
    links = "".join(f"<li><a href='/{place}'>Chapter {place}</a></li>" for place in range(30))
    page = f"<html><body><nav class='menu' role='navigation'><ul>{links}</ul></nav><footer>.</footer></body></html>"
    assert "Chapter 29" in text(page.encode()).text


def test_html_is_decoded_as_it_declares() -> None:
    assert text("<html><head><meta charset='iso-8859-2'></head><p>Łódź".encode("iso8859-2")).text == "Łódź"


def test_records_are_lines_and_blank_lines_part_them() -> None:
    data = b"<Doc><Focus>Peanut Oil</Focus><QA><Q>What?</Q><A>An oil.\n\n  Of nuts.</A></QA><QA><Q>Safe?</Q></QA></Doc>"
    assert text(data).text == "Peanut Oil\nWhat?\nAn oil.\n\nOf nuts.\n\nSafe?"


def test_running_text_is_one_line_broken_by_lists_and_verbatim_text() -> None:
    data = (
        b"<article><title>Use</title><section><para>Call <code>f</code>\n twice:<itemizedlist><listitem>"
        b"<para>once</para></listitem></itemizedlist>done.</para><screen>$ f\n  1</screen></section></article>"
    )
    one = text(data, "a.xml")
    assert one.text == "# Use\n\nCall f twice:\n\nonce\n\ndone.\n\n$ f\n  1"
    assert one.title == "Use"


def test_table_rows_of_xml_are_rows() -> None:
    assert text(b"<a><table><tr><td>1</td><td><b>2</b></td></tr></table></a>", "a.xml").text == "1 | 2"


def test_an_entity_bomb_does_not_go_off() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "boom">{levels}]><a><b>calm</b>&e11;</a>'.encode()
    assert all("boom" not in getattr(one, "text", "") for one in found(bomb))


@pytest.mark.parametrize("wrap", [lambda xml: xml, lambda xml: docx("", {"word/document.xml": xml})])
def test_an_external_entity_is_never_opened(tmp_path: Path, wrap: object) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    xml = f'<?xml version="1.0"?>{entity}<a><p>seen</p><p>&x;</p></a>'.encode()
    assert callable(wrap)
    assert all("secret" not in getattr(one, "text", "") for one in found(wrap(xml)))


def test_an_undeclared_entity_is_forgiven() -> None:
    assert text(b'<?xml version="1.0"?><a><p>x</p><p>y&nbsp;z</p></a>').text.split()[0] == "x"


def test_xml_nested_without_end_is_refused() -> None:
    assert failed(b"<?xml version='1.0'?>" + b"<a>" * 5000 + b"x" + b"</a>" * 5000).reason == "corrupt"


def test_chapters_of_an_e_book_come_in_the_order_of_the_spine() -> None:
    one = text(epub({"a": "<h1>Second</h1>", "b": "<h1>First</h1>"}, ["b", "a"]))
    assert (one.text, one.title) == ("# First\n\n# Second", "Tales")


def test_rich_text_is_plain_in_its_own_code_page() -> None:
    data = rb"{\rtf1\ansi\ansicpg1251{\info{\title Plan}{\author Ada}}Hello \'cf\'f0\'e8\'e2\'e5\'f2\par end}"
    one = text(data, "a.doc")
    assert (one.text, one.title, one.author) == ("Hello Привет\n\nend", "Plan", "Ada")


def test_front_matter_gives_the_title_and_stays() -> None:
    one = text(b"---\ntitle: 'The plan'\ntags: [a]\n---\n\n# Heading\n\ntext", "a.md")
    assert one.title == "The plan"
    assert one.text.startswith("---\ntitle: 'The plan'")


def test_a_first_heading_is_the_title_of_markdown() -> None:
    assert text(b"# The plan #\n\ntext", "a.md").title == "The plan"


def test_links_of_markdown_keep_their_words_and_lose_their_targets() -> None:
    written = (
        'See [the *plan*](https://x.example/a_(b)) and [it][Plan], not [this] or [that][none]; ![chart](c.png "Title")done\\_now.\n\n'
        "    [code](stays)\n\n`[so](does)` this\n\n[plan]: https://y.example 'The plan'\n"
    )
    assert text(written.encode(), "a.md").text == (
        "See the *plan* and it, not [this] or [that][none]; done_now.\n\n    [code](stays)\n\n`[so](does)` this"
    )
