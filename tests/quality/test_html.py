"""Main content of pages as sites make them: the floor below which no change may fall, on pages made here."""

import re
from collections import Counter

import pytest

from tests.extract.made import text

PARAGRAPHS = [
    "The harbour board met on Tuesday to settle how the old quay is to be used once the ferries have moved out.",
    "Die Kosten werden auf zwölf Millionen geschätzt, wovon die Stadt etwa ein Drittel selbst zu tragen hätte.",
    "Совет решил вернуться к этому вопросу весной, когда будут готовы оба заключения независимых экспертов.",
    "港湾局は来年三月までに二つの案を比較し、その結果を住民に説明したうえで最終的な決定を下すとしています。",
]
TRUTH = "\n".join(PARAGRAPHS)
TEASER = (
    "Another long teaser of a story that has nothing to do with this one but is written in whole sentences as well."
)
BODY = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
LINKS = "".join(f"<li><a href='/{place}'>Section {place} of this site</a></li>" for place in range(20))
TOP = f"<header class='banner'><nav class='navbar'><ul>{LINKS}</ul></nav></header><div class='cookie-notice'><p>{TEASER}</p></div>"
END = f"<footer class='footer'><ul>{LINKS}</ul><p>{TEASER}</p></footer>"
PIECES = "".join(f"<div><div class='articleText'><p>{one}</p></div></div>" for one in PARAGRAPHS)
ANSWERS = "".join(f"<div itemprop='text'><p>{one}</p></div>" for one in PARAGRAPHS[1:])
SHORT = "".join(f"<h2>Part</h2><p>{one[:40]}</p>" for one in PARAGRAPHS[:3])
PAGES = {
    "article element": f"{TOP}<main><article><h1>Quay</h1>{BODY}</article></main><aside><p>{TEASER}</p></aside>{END}",
    "divs alone": f"{TOP}<div id='c'><div class='x1'><div class='x2'>{BODY}</div></div></div>"
    f"<div class='sidebar'><p>{TEASER}</p></div>{END}",
    "layout table": f"{TOP}<table><tr><td><ul>{LINKS}</ul></td><td>{BODY}</td></tr></table>{END}",
    "comments": f"{TOP}<article>{BODY}</article><div id='comments'>{f'<p>{TEASER}</p>' * 3}</div>{END}",
    "article body": f"{TOP}<div><div itemprop='articleBody'>{BODY}</div>{f'<div><p>{TEASER}</p></div>' * 3}</div>{END}",
    "text and breaks": f"{TOP}<div class='post'>{'<br><br>'.join(PARAGRAPHS)}</div><ul class='share'><li>Send</li></ul>{END}",
    "related within": f"{TOP}<article>{BODY}<div class='related-stories'><h3>More</h3><p>{TEASER}</p></div></article>{END}",
    "article in pieces": f"{TOP}<div>{PIECES}</div><div class='relatedArticles'><p>{TEASER}</p></div>{END}",
    "question and answers": f"{TOP}<div><div itemprop='text'><p>{PARAGRAPHS[0]}</p></div><div>{ANSWERS}</div></div>{END}",
    "short sentences": f"{TOP}<div>{SHORT}<div><div><p>{TEASER}</p></div></div></div>{END}",
}
FLOOR = 0.97


def f1(found: str, truth: str) -> float:
    got, wanted = (Counter(re.findall(r"\w+", one)) for one in (found, truth))
    return 2 * (got & wanted).total() / (got.total() + wanted.total())


OTHER_TRUTH = {"short sentences": "\n".join(f"Part {one[:40]}" for one in PARAGRAPHS[:3]) + f"\n{TEASER}"}


@pytest.mark.parametrize("name", PAGES)
def test_the_main_content_of_a_page_is_its_article(name: str) -> None:
    assert f1(text(f"<html><body>{PAGES[name]}</body></html>".encode()).text, OTHER_TRUTH.get(name, TRUTH)) >= FLOOR
