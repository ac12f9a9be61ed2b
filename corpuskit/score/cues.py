"""Words that tell what a document is: each says one type, in English, German, French or Spanish.

A type's cue share is the share of a document's words that are its cues; `kinds` compares it with what such documents have. Words
that two types share, or that ordinary prose is full of, are not here.
"""

CUES: dict[str, tuple[str, ...]] = {
    "contract": (
        *("agreement", "parties", "hereby", "herein", "hereof", "hereto", "hereunder", "thereof", "whereas"),
        *("indemnification", "licensee", "licensor", "lessee", "lessor", "covenant", "covenants", "warranties", "breach"),
        *("indemnify", "termination", "notwithstanding", "hereinafter", "undersigned", "forthwith", "tenant", "landlord"),
        *("vertragspartei", "vertragsparteien", "auftraggeber", "auftragnehmer", "vereinbarung", "vertrag", "vertrages", "mieter"),
        *("vermieter", "haftung", "kündigung", "gerichtsstand", "leistungen"),
        *("contrat", "soussignés", "prestataire", "résiliation", "bailleur", "locataire", "présentes", "contractantes"),
        *("contrato", "arrendador", "arrendatario", "cláusula", "firmantes", "rescisión", "contratante"),
    ),
    "minutes": (
        *("minutes", "attendees", "agenda", "apologies", "quorum", "adjourned", "seconded", "chairperson", "attended", "absent"),
        *("protokoll", "teilnehmer", "tagesordnung", "sitzung", "beschluss", "anwesend", "besprechung", "anwesende"),
        *("réunion", "présents", "séance", "ordre", "excusés", "asistentes", "reunión", "acta", "presentes"),
    ),
    "clinical note": (
        *("patient", "patients", "diagnosis", "mg", "chronic", "denies", "medications", "medication", "allergies", "abdomen"),
        *("hypertension", "diabetes", "pain", "exam", "examination", "bilateral", "prescribed", "dosage", "surgery", "respiratory"),
        *("patientin", "patienten", "diagnose", "anamnese", "befund", "beschwerden", "antécédents", "patiente", "ordonnance"),
        *("paciente", "diagnóstico", "síntomas", "tratamiento"),
    ),
    "manual": (
        *("click", "install", "configure", "settings", "button", "menu", "press", "dialog", "screen", "warning", "caution", "options"),
        *("folder", "command", "package", "packages", "installation", "configuration", "default", "specify", "installed"),
        *("option", "argument", "arguments", "directory", "synopsis", "stdin", "stdout", "daemon", "syntax"),
        *("klicken", "installieren", "schaltfläche", "einstellungen", "drücken", "menü", "wählen", "paket", "pakete", "dateien"),
        *("cliquez", "installer", "bouton", "appuyez", "sélectionnez", "fichier", "fichiers", "paquets"),
        *("clic", "botón", "instalar", "seleccione", "pulse", "archivo", "archivos", "paquetes"),
    ),
    "report": (
        *("fiscal", "revenue", "revenues", "quarter", "quarterly", "consolidated", "shareholders", "billion", "million"),
        *("earnings", "compared", "forecast", "assets", "liabilities", "audit", "annual", "expenses"),
        *("geschäftsjahr", "umsatz", "quartal", "konzern", "vorjahr", "prozent", "ergebnis", "millionen"),
        *("exercice", "trimestre", "résultats", "millions", "hausse", "ejercicio", "ingresos", "millones", "resultados"),
    ),
}  # fmt: skip
NAMES = tuple(CUES)
