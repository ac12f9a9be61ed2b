"""What the share holds beyond the texts that lie there as they are, and the truth about all of it.

Paths are relative to sample_data/share.
"""

# Made from a text in texts/: path -> (format, text). A "+" joins two texts.
MADE: dict[str, tuple[str, str]] = {
    "contracts/supply-agreement-redfern-final.docx": ("docx", "supply-agreement"),
    "contracts/service-contract-robledal.docx": ("docx", "service-contract-robledal+service-contract-extra"),
    "contracts/service-contract-robledal-old-format.rtf": ("rtf", "service-contract-robledal"),
    "contracts/rahmenvertrag-wartung-gruenthal.txt": ("cp1252", "wartungsvertrag"),
    "hr/employment-contract-ashdown.docx": ("docx with letterhead", "employment-contract-ashdown"),
    "hr/expense-claim-guide.odt": ("odt", "expense-claim"),
    "hr/apprentice-training-plan.pdf": ("pdf", "apprentice-plan"),
    "engineering/8d-report-24-031.docx": ("docx", "8d-report+8d-extra"),
    "engineering/8d-report-24-031.pdf": ("pdf", "8d-report"),
    "web/8d-report-24-031.html": ("html", "8d-report"),
    "archive/engineering/8d-report-24-031.md": ("text", "8d-report"),
    "mail/attachments/8d-report-24-031.txt": ("plain", "8d-report"),
    "engineering/design-review-vh-p20.docx": ("docx", "design-review"),
    "engineering/risk-assessment-test-bench": ("docx", "risk-assessment"),
    "engineering/commissioning-checklist.txt": ("utf-16", "commissioning-checklist"),
    "engineering/safety-data-sheet-grease.pdf": ("pdf", "sds-grease"),
    "engineering/manuals/vh-c40-maintenance-manual.pdf": ("numbered pdf", "manual-vh-c40"),
    "sales/quotation-2231.txt": ("pdf", "quotation-2231"),
    "sales/angebot-stadtwerke-kranichsee.docx": ("docx with letterhead", "angebot-kranichsee"),
    "sales/distributor-talk-2024.pptx": ("pptx", "presentation"),
    "sales/rapport-visite-belloc.docx": ("docx", "rapport-visite"),
    "sales/aviso-seguridad-hipoclorito.pdf": ("pdf", "aviso-seguridad"),
    "marketing/brochure.pdf": ("pdf", "brochure"),
    "finance/audit-letter-2023.pdf": ("pdf", "audit-letter"),
}
LETTERHEAD = "Vennholt Pumps Ltd · Mill Lane Works · Aldermoor ZZ9 4QP · Pumps that can be repaired since 1961"

# Made by editing the text of another file: path -> (that file, the name of the edits in edits.yaml).
EDITED: dict[str, tuple[str, str]] = {
    "contracts/drafts/supply-agreement-redfern-v1.docx": ("contracts/supply-agreement-redfern-final.docx", "supply_v1"),
    "contracts/drafts/supply-agreement-redfern-v2.docx": ("contracts/supply-agreement-redfern-final.docx", "supply_v2"),
    "archive/hr/employee-handbook-2023.md": ("hr/employee-handbook-2024.md", "handbook_2023"),
    "archive/engineering/test-procedure-hydrostatic-2019.txt": (
        "engineering/test-procedure-hydrostatic.txt",
        "test_procedure_2019",
    ),
    "marketing/drafts/press-release-vh-p20-draft.md": ("marketing/press-release-vh-p20.md", "press_draft"),
    "mail/2024-06-03-newsletter-summer-b.eml": ("mail/2024-06-03-newsletter-summer.eml", "newsletter_b"),
    "archive/finance/credit-control-policy-2022.txt": ("finance/credit-control-policy.txt", "credit_2022"),
    "archive/kranichsee/betriebsanleitung-vh-c40-alt.txt": (
        "engineering/betriebsanleitung-vh-c40.txt",
        "short_manual_old",
    ),
    "archive/sales/condiciones-entrega-2023.txt": ("sales/condiciones-entrega.txt", "delivery_2023"),
    "hr/employment-contract-fenwick.docx": ("hr/employment-contract-ashdown.docx", "contract_fenwick"),
    "contracts/nda-quillon-software.txt": ("contracts/nda-tollgate-bearings.txt", "nda_quillon"),
}

# The same bytes under another name: copy -> original.
COPIED: dict[str, str] = {
    "archive/hr/Copy of travel-policy.md": "hr/travel-policy.md",
    "sales/warranty-terms-for-customers.md": "contracts/warranty-terms.md",
    "archive/engineering/design-review-vh-p20 (1).docx": "engineering/design-review-vh-p20.docx",
    "archive/kranichsee/Kopie von sicherheitsunterweisung.txt": "engineering/sicherheitsunterweisung.txt",
    "archive/finance/letter-to-management-2023.pdf": "finance/audit-letter-2023.pdf",
}
# The same words, but Windows line ends, spaces at the ends of lines and more blank lines.
RESPACED: dict[str, str] = {"archive/engineering/Copy of vibration-note.txt": "engineering/vibration-note.txt"}

KIND: dict[str, str] = dict.fromkeys(EDITED, "near") | {
    "contracts/drafts/supply-agreement-redfern-v1.docx": "version",
    "contracts/drafts/supply-agreement-redfern-v2.docx": "version",
    "archive/hr/employee-handbook-2023.md": "version",
}
FORMATS: dict[str, list[str]] = {
    "engineering/8d-report-24-031.docx": [
        "engineering/8d-report-24-031.pdf",
        "web/8d-report-24-031.html",
        "archive/engineering/8d-report-24-031.md",
        "mail/attachments/8d-report-24-031.txt",
    ],
    "contracts/service-contract-robledal.docx": [
        "contracts/service-contract-robledal-old-format.rtf",
    ],
}
DISTINCT: list[tuple[str, str]] = [
    ("hr/employment-contract-ashdown.docx", "hr/employment-contract-fenwick.docx"),
    ("contracts/nda-tollgate-bearings.txt", "contracts/nda-quillon-software.txt"),
    ("sales/invoice-10417.txt", "sales/invoice-10422.txt"),
    ("minutes/works-meeting-2024-03.md", "minutes/works-meeting-2024-04.md"),
    ("engineering/datasheets/vh-c40.md", "engineering/datasheets/vh-c65.md"),
]

JUNK: dict[str, str] = {
    "archive/misc/note.txt": "too_short",
    "exports/plc-gateway.log.txt": "repeated_lines",
    "exports/firmware-backup.txt": "long_words",
    "exports/firmware-dump.txt": "hexadecimal",
    "finance/ledger-export.csv": "not_prose",
    "archive/misc/banner.txt": "not_prose",
    "archive/misc/unreadable-letter.txt": "mojibake",
}
BROKEN: dict[str, str] = {
    "contracts/salary-agreement-protected.pdf": "encrypted",
    "archive/scan-contract-truncated.pdf": "corrupt",
    "archive/corrupt-minutes.docx": "corrupt",
    "archive/misc/empty.txt": "empty_file",
    "archive/misc/blank.txt": "no_text",
    "archive/plant-layout-1998.vsd": "unsupported_format",
    "engineering/nameplate-40-3117.png": "needs_ocr",
    "exports/service-tickets.jsonl#row 6": "bad_row",
    "exports/service-tickets.jsonl#row 8": "no_such_field",
}
PASSWORD = "aldermoor"

LANGUAGES: dict[str, list[str]] = {
    "de": [
        "contracts/rahmenvertrag-wartung-gruenthal.txt",
        "hr/urlaubsregelung.txt",
        "engineering/betriebsanleitung-vh-c40.txt",
        "archive/kranichsee/betriebsanleitung-vh-c40-alt.txt",
        "engineering/sicherheitsunterweisung.txt",
        "archive/kranichsee/Kopie von sicherheitsunterweisung.txt",
        "sales/angebot-stadtwerke-kranichsee.docx",
        "mail/2024-08-20-reklamation-stadtwerke.eml",
        "marketing/kundenzeitung-leitartikel.txt",
    ],
    "fr": [
        "sales/offre-delorval.txt",
        "sales/rapport-visite-belloc.docx",
        "mail/2024-07-16-relance-delorval.eml",
        "minutes/compte-rendu-securite.txt",
        "web/questions-frequentes.html",
    ],
    "es": [
        "sales/oferta-robledal.txt",
        "sales/condiciones-entrega.txt",
        "archive/sales/condiciones-entrega-2023.txt",
        "sales/aviso-seguridad-hipoclorito.pdf",
        "mail/2024-09-03-consulta-dosificadora.eml",
        "minutes/acta-formacion.txt",
    ],
    "ja": ["marketing/blog-japan.txt"],
    "en": [
        "contracts/supply-agreement-redfern-final.docx",
        "contracts/service-contract-robledal.docx",
        "contracts/general-terms-of-purchase.md",
        "contracts/warranty-terms.md",
        "hr/employee-handbook-2024.md",
        "hr/travel-policy.md",
        "hr/job-advert-service-technician.html",
        "hr/expense-claim-guide.odt",
        "engineering/8d-report-24-031.docx",
        "engineering/manuals/vh-c40-maintenance-manual.pdf",
        "engineering/manuals/vh-d5-operating-instructions.txt",
        "engineering/commissioning-checklist.txt",
        "engineering/risk-assessment-test-bench",
        "sales/quotation-2231.txt",
        "sales/distributor-talk-2024.pptx",
        "sales/customer-visit-robledal.md",
        "mail/2024-02-14-hot-liquor-pump.eml",
        "mail/2024-05-07-re-norcastle-leak.eml",
        "finance/audit-letter-2023.pdf",
        "finance/petty-cash-note.md",
        "web/intranet-test-bench-booking.html",
        "web/about-us.html",
        "marketing/brochure.pdf",
        "marketing/press-release-vh-p20.md",
    ],
}

# How personal data looks in the share; every value was invented, or is one that is reserved for examples and tests.
PERSONAL: dict[str, str] = {
    "email": r"[\w.]+@[\w.]*example(?:\.com)?\b",
    "phone": r"\+\d\d? \d[\d ]{8,}\d",
    "iban": r"\b(?:GB|DE)\d\d(?: [A-Z0-9]{4})+(?: \d{1,2})?\b",
    "card": r"\b4111 1111 1111 1111\b|\b5555 5555 5555 4444\b",
    "birth_date": r"(?:date of birth: |born |geboren am )(\d{1,2} [A-Z][a-z]+ \d{4}|\d\d\.\d\d\.\d{4})"
    r"|,(19\d\d-\d\d-\d\d),",
    "api_key": r"\bAKIA[A-Z0-9]{16}\b|\bvh_live_[A-Za-z0-9]{32}\b",
}
