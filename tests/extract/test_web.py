"""Web pages: what is kept, what goes, and in which shape."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.extract.found import Failed, Text
from corpuskit.extract.html.head import head
from corpuskit.extract.html.webpage import is_saved_page, page_text, whole_text
from tests.extract.made import found, text

PROSE = "The committee looked at every proposal that had come in before the end of March and chose three of them. "
CHROME = "<nav class='menu'><a href='/'>Home</a></nav><div class='cookie-banner'>We use cookies</div><footer>Imprint</footer>"


def saved(content: str) -> str:
    return f"<html><body>{CHROME}{content}</body></html>"


def main(content: str) -> str:
    return text(saved(content).encode()).text


def test_headings_lists_tables_and_code_are_light_markdown() -> None:
    html = (
        "<h2>Steps</h2><p>Do <b>this</b>\n first:</p><ul><li>one<ul><li>deep</li></ul></li><li><p>two</p></li></ul>"
        "<ol><li>a</li><li>b</li></ol><table><tr><th>n</th><th>v</th></tr><tr><td>1</td><td>x</td></tr></table>"
        "<pre>def f():\n    return 1</pre><dl><dt>Term</dt><dd>What it is</dd></dl>line<br>next"
    )
    assert text(html.encode()).text == (
        "## Steps\n\nDo this first:\n\n- one\n  - deep\n- two\n\n1. a\n2. b\n\nn | v\n1 | x\n\n"
        "def f():\n    return 1\n\nTerm\nWhat it is\n\nline\nnext"
    )


def test_nothing_that_nobody_sees_is_read() -> None:
    html = (
        "<p>seen</p><script>no</script><style>no</style><template>no</template><noscript>no</noscript><!-- no -->"
        "<div hidden>no</div><div style='display: none'>no</div><img alt='no'><svg><text>no</text></svg>"
        "<button>no</button><select><option>no</select><a href='no'>link</a>"
    )
    assert whole_text(html).split() == ["seen", "link"]


def test_a_formula_is_its_tex() -> None:
    html = "<p>So <math><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></math> grows.</p>"
    assert whole_text(html).strip() == "So x^2 grows."


def test_a_table_that_only_places_blocks_is_no_table() -> None:
    assert whole_text("<table><tr><td><h2>Left</h2></td><td><p>Right</p></td></tr></table>").split("\n") == [
        "## Left", "", "", "", "", "Right",
    ]  # fmt: skip


def test_the_article_is_kept_and_what_is_around_it_goes() -> None:
    around = "<div class='related-posts'><p>" + PROSE + "</p></div><aside>Most read</aside>"
    article = "<div><h1>Title</h1><p>" + PROSE + "</p><h2>Why</h2><p>" + PROSE * 2 + "</p></div>"
    assert main(article + around) == f"{PROSE.strip()}\n\n## Why\n\n{(PROSE * 2).strip()}"


def test_comments_longer_than_the_article_do_not_become_it() -> None:
    comments = "<section class='comments'>" + f"<p>I think not. {PROSE}</p>" * 2 + "</section>"
    assert "I think" not in main(f"<article>{f'<p>{PROSE}</p>' * 2}</article>{comments}")


def test_a_menu_of_links_within_the_article_goes() -> None:
    links = "<ul><li><a href='/a'>Another story of ours</a></li><li><a href='/b'>And one more</a></li></ul>"
    assert "story" not in main(f"<article><p>{PROSE}</p>{links}<p>{PROSE}</p></article>")


def test_a_short_link_in_a_paragraph_of_its_own_stays() -> None:
    content = f"<article><p>{PROSE}</p><p>[<a href='/e'>The Gazette</a>]</p><p>{PROSE}</p></article>"
    assert "[The Gazette]" in main(content)


def test_a_post_that_an_article_quotes_stays() -> None:
    post = f"<div class='social-media-embed'><blockquote><p>{PROSE}</p></blockquote></div>"
    share = "<div class='social-media'><p>Tell the world about this page of ours on every network that there is, and more.</p></div>"
    content = main(f"<article><p>First. {PROSE}</p>{post}<p>{PROSE}</p>{share}</article>")
    assert content.count("The committee") == 3
    assert "network" not in content


def test_names_of_blocks_may_be_written_with_capitals() -> None:
    related = f"<div class='relatedArticles'><p>Other. {PROSE}</p></div>"
    assert "Other" not in main(f"<article><p>{PROSE * 3}</p>{related}</article>")


def test_an_article_in_several_blocks_of_one_name_is_whole() -> None:
    pieces = [
        f"<div><div class='article-text'><p>{number} {PROSE * times}</p></div></div>"
        for number, times in ((1, 2), (2, 3))
    ]
    content = main(f"<div>{''.join(pieces)}</div>")
    assert content.startswith("1 ")
    assert "2 The" in content


def test_a_question_is_kept_with_its_answers() -> None:
    question = f"<div><div itemprop='text'><p>Why? {PROSE}</p></div></div>"
    answers = "".join(f"<div><div itemprop='text'><p>{PROSE * 2}</p></div></div>" for _ in range(3))
    assert main(f"<div>{question}<div>{answers}</div></div>").startswith("Why?")


def test_a_manual_of_short_sentences_is_not_reduced_to_its_one_long_one() -> None:
    short = "".join(f"<h2>Lock {place}</h2><p>Locks the selected cells.</p>" for place in "abcde")
    long = f"<div class='note'><div><p>{PROSE}</p></div></div>"
    assert main(f"<div>{short}{long}</div>").startswith("## Lock a\n\nLocks the selected cells.")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>as shown (<x-ref source='a'><a href='/1'>1</a></x-ref>).</p>", "as shown (1)."),
        ("<x-body><p>one</p></x-body><x-body><p>two</p></x-body>", "one two"),
        ("<p>born (<span style='display:none'>1970-01-01</span>1970)</p>", "born (1970)"),
        ("<p>Press <span hidden='true'>Command</span> C</p>", "Press Command C"),
        ("<p>more<span class='sr-only'> (opens in a new window)</span></p>", "more"),
        ("<div><img><span class='newsCaption'>A cat</span> <p>Text</p></div>", "A cat Text"),
    ],
)
def test_spans_and_elements_of_unknown_name_stand_in_their_line(html: str, expected: str) -> None:
    assert " ".join(whole_text(html).split()) == expected


def test_a_caption_in_a_span_goes() -> None:
    assert "cat" not in main(
        f"<article><p>{PROSE}</p><div><span class='newsCaption'>A cat</span></div><p>{PROSE}</p></article>"
    )


def test_two_articles_of_one_page_are_both_kept() -> None:
    content = main(f"<main><article><p>First. {PROSE}</p></article><article><p>Second. {PROSE}</p></article></main>")
    assert "First." in content
    assert "Second." in content


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (saved("<p>x</p>"), True),
        ("<nav>a</nav><p>x</p><footer>b</footer>", False),
        ("<div class='sidebar'>1</div>" * 9 + "<p>x</p>", False),
        ("<p>x</p>", False),
    ],
)
def test_a_saved_page_has_three_kinds_of_chrome(html: str, expected: bool) -> None:
    assert is_saved_page(html) is expected


def test_the_head_tells_title_author_and_dates() -> None:
    html = (
        "<title>A &lt;b&gt;</title><meta content='Ada' name=author><meta property='article:author' content='https://a.b/ada'>"
        '<meta name="author" content="Ada"><script type="application/ld+json">{"@graph": [{"author": [{"name": "Bob"}],'
        '"datePublished": "2024-01-02", "dateModified": "2024-03-04"}]}</script>'
    )
    said = head(html)
    assert (said.title, said.author, said.created, said.modified) == ("A <b>", "Ada", "2024-01-02", "2024-03-04")


def test_damaged_json_ld_says_nothing() -> None:
    assert head('<script type="application/ld+json">{"author": [[[</script>').author == ""


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "calm" + "</div>" * 100_000,
        "<i></p>" * 30_000 + "calm",
        "<ul><li>" * 30_000 + "calm",
        "<p>calm" + "&lt;&amp;" * 300_000,
        "<table>" * 20_000 + "calm",
        "<p>calm" * 1_000,
        "<p " + "a=1 " * 100_000 + ">calm",
    ],
    ids=[
        "nested divs",
        "open formatting",
        "nested lists",
        "entities",
        "nested tables",
        "open paragraphs",
        "attributes",
    ],
)
def test_a_hostile_page_gives_its_text(html: str) -> None:
    assert "calm" in page_text(html)


def test_one_line_longer_than_other_parsers_take_is_read_whole() -> None:
    assert len(whole_text("<html><p>" + "word " * 2_400_000)) == 12_000_000 - 1


def test_a_page_nested_deeper_than_blocks_may_keeps_its_text_in_order() -> None:
    assert whole_text("<div>a" * 2_000).split() == ["a"] * 2_000


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/='\"!-& abdivptlrnu\n", max_size=200))
def test_any_text_that_looks_like_html_is_read(html: str) -> None:
    assert all(isinstance(one, Text | Failed) for one in found(("<html><body>" + html).encode()))


MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.b/\r\nSubject: The plan\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; type="text/html"; boundary="X"\r\n\r\n--X\r\nContent-Type: text/css\r\n\r\np {}\r\n'
    "--X\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<html><body><p>Gr=C3=BC=C3=9Fe=\r\n an alle</p></body></html>\r\n--X\r\nContent-Type: image/png\r\n\r\nabc\r\n--X--\r\n"
)


def test_a_page_saved_in_one_file_gives_its_html_part() -> None:
    one = text(MHTML.encode(), "page.mhtml")
    assert (one.text, one.title, one.media_type) == ("Grüße an alle", "The plan", "application/x-mimearchive")


def test_a_saved_page_without_html_is_corrupt() -> None:
    (one,) = found(MHTML.replace("text/html; charset", "image/gif; charset").encode())
    assert isinstance(one, Failed)
    assert one.reason == "corrupt"
