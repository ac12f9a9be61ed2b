from corpuskit.extract.found import Failed, Text
from tests.extract.made import found
from tests.extract.made_archives import gzipped, warc

PAGE = b"<html><body><p>Words of the page</p></body></html>"
HTML = "200 OK\r\nContent-Type: text/html"


def test_pages_are_documents_by_their_addresses_with_the_day_of_the_crawl() -> None:
    data = warc(("response", "http://example.com/a", f"{HTML}\r\nLast-Modified: Wed, 31 Jan 2024 12:00:00 GMT", PAGE))
    (one,) = found(gzipped(data), "crawl.warc.gz")
    assert isinstance(one, Text)
    assert (one.member, one.text, one.media_type) == ("http://example.com/a", "Words of the page", "text/html")
    assert (one.created, one.modified) == ("2024-02-03T04:05:06Z", "2024-01-31T12:00:00+00:00")


def test_what_pages_are_made_of_and_errors_are_no_documents() -> None:
    data = warc(
        ("response", "http://example.com/style", "200 OK\r\nContent-Type: text/css", b"a {}"),
        ("response", "http://example.com/gone", "404 Not Found\r\nContent-Type: text/html", PAGE),
        ("request", "http://example.com/a", "application/http", b"GET / HTTP/1.1\r\n\r\n"),
        ("conversion", "http://example.com/t", "text/plain", b"only words"),
    )
    assert [(row.member, row.text) for row in found(data) if isinstance(row, Text)] == [
        ("http://example.com/t", "only words")
    ]


def test_bodies_that_were_packed_or_sent_in_pieces_are_put_together() -> None:
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (PAGE[:20], PAGE[20:])) + b"0\r\n\r\n"
    data = warc(
        ("response", "http://example.com/1", f"{HTML}\r\nTransfer-Encoding: chunked", pieces),
        ("response", "http://example.com/2", f"{HTML}\r\nContent-Encoding: gzip", gzipped(PAGE)),
        ("response", "http://example.com/3", f"{HTML}\r\nContent-Encoding: gzip", PAGE),
    )
    assert [row.text for row in found(data) if isinstance(row, Text)] == ["Words of the page"] * 3


def test_a_file_that_ends_early_keeps_what_came_before() -> None:
    data = warc(("response", "http://example.com/a", HTML, PAGE), ("response", "http://example.com/b", HTML, PAGE))
    kept, lost = found(data[:-30])
    assert isinstance(kept, Text)
    assert isinstance(lost, Failed)
    assert (lost.reason, lost.member) == ("corrupt", "rest of the file")
