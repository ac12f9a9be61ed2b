"""What is known of a document, as Arrow schemas: one row a document, failed ones included."""

import pyarrow as pa

KEPT, DROPPED, MERGED, FAILED = "kept", "dropped", "merged", "failed"
VERDICTS = (KEPT, DROPPED, MERGED, FAILED)

# What `score` may find a document to be (docs/kinds.md).
TYPES = (
    *("mail", "slides", "table", "code", "form", "contract", "minutes", "clinical note", "manual", "report"),
    *("web page", "other"),
)

# Where a document comes from. `id` is a hash of path and text, never of a position or a time.
ORIGIN = [
    pa.field("id", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
    pa.field("path", pa.string(), nullable=False),
    pa.field("member", pa.string(), nullable=False),
    pa.field("media_type", pa.string(), nullable=False),
    pa.field("file_bytes", pa.int64(), nullable=False),
    pa.field("file_sha256", pa.string(), nullable=False),
    pa.field("title", pa.string(), nullable=False),
    pa.field("author", pa.string(), nullable=False),
    pa.field("created", pa.string(), nullable=False),
    pa.field("modified", pa.string(), nullable=False),
    pa.field("pages", pa.int32(), nullable=False),  # 0: it has none, or nobody knows
    pa.field("page_starts", pa.list_(pa.int32()), nullable=False),  # characters at which they begin
    pa.field("thread", pa.list_(pa.string()), nullable=False),  # keys by which a letter's thread is known; digests
]

# A part as `extract` leaves it: `file` counts the part's files from 0, `text` is null where `reason` says why.
EXTRACTED = pa.schema(
    [
        *ORIGIN,
        pa.field("file", pa.int32(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("legibility", pa.float32()),  # 0 to 1: how much the text looks like text
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
    ]
)

# What `repair` took out of a text: `place` counts the characters of the text that is left.
REMOVED = pa.field(
    "removed",
    pa.list_(
        pa.struct(
            [
                pa.field("place", pa.int32(), nullable=False),
                pa.field("text", pa.string(), nullable=False),
                pa.field("reason", pa.string(), nullable=False),
            ]
        )
    ),
    nullable=False,
)

# How many characters that was.
TAKEN_OUT = pa.field("taken_out", pa.int64(), nullable=False)

# What `filter` says of every row of a part. `value` and `threshold` are written as a person reads them.
DECIDED = pa.schema(
    [
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("step", pa.string()),
        pa.field("rule", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("value", pa.string()),
        pa.field("threshold", pa.string()),
        pa.field("detail", pa.string()),
    ]
)
