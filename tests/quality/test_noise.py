"""Pages invented here, in languages that the trees were fitted on and not: of frames enough goes, of articles next to nothing."""

import pyarrow as pa

from corpuskit.repair.noise import noise

# Floors measured on these pages, a little below what is reached.
TAKEN, LEFT = 0.6, 0.97

# A page's frame above and below, and its article.
PAGES = {
    "en": (
        ("Home | Shop | Blog | Contact", "Login"),
        (
            "The bakery at the mill opens again on Saturday, after the flood had kept it closed for most of the winter.",
            "Bread is baked in the old oven, which three friends of the owner had taken apart and built up stone by stone.",
            "Whoever comes before nine gets a roll for nothing, says the owner, and coffee as long as there is some.",
        ),
        ("Share on Facebook", "3 comments", "Read more »", "© 2021 Mill Bakery. All rights reserved."),
    ),
    "de": (
        ("Startseite | Laden | Blog | Kontakt", "Anmelden"),
        (
            "Die Bäckerei an der Mühle öffnet am Samstag wieder, nachdem sie wegen der Flut den Winter über geschlossen war.",
            "Gebacken wird im alten Ofen, den drei Freunde der Besitzerin zerlegt und Stein für Stein wieder aufgebaut haben.",
            "Wer vor neun kommt, bekommt ein Brötchen geschenkt, sagt sie, und Kaffee, solange noch welcher da ist.",
        ),
        ("Teilen", "3 Kommentare", "Mehr erfahren »", "© 2021 Mühlenbäckerei. Alle Rechte vorbehalten."),
    ),
    "it": (
        ("Home | Negozio | Blog | Contatti", "Accedi"),
        (
            "Il forno del mulino riapre sabato, dopo che l'alluvione lo aveva tenuto chiuso per gran parte dell'inverno.",
            "Il pane si cuoce nel vecchio forno, che tre amici della proprietaria hanno smontato e rimontato pietra su pietra.",
            "Chi arriva prima delle nove riceve un panino in regalo, dice lei, e il caffè finché ce n'è ancora.",
        ),
        ("Condividi", "3 commenti", "Leggi tutto »", "© 2021 Forno del Mulino. Tutti i diritti riservati."),
    ),
    "pl": (
        ("Strona główna | Sklep | Blog | Kontakt", "Zaloguj"),
        (
            "Piekarnia przy młynie otwiera się znowu w sobotę, po tym jak powódź zamknęła ją na większą część zimy.",
            "Chleb piecze się w starym piecu, który trzech przyjaciół właścicielki rozebrało i złożyło kamień po kamieniu.",
            "Kto przyjdzie przed dziewiątą, dostanie bułkę za darmo, mówi właścicielka, i kawę, dopóki jeszcze jest.",
        ),
        ("Udostępnij", "3 komentarze", "Czytaj więcej »", "© 2021 Piekarnia przy Młynie. Wszelkie prawa zastrzeżone."),
    ),
    "ru": (
        ("Главная | Магазин | Блог | Контакты", "Войти"),
        (
            "Пекарня у мельницы снова откроется в субботу, после того как из-за наводнения она простояла закрытой почти всю зиму.",
            "Хлеб пекут в старой печи, которую трое друзей хозяйки разобрали и снова сложили камень за камнем.",
            "Кто придёт до девяти, получит булочку в подарок, говорит она, и кофе, пока он ещё есть.",
        ),
        ("Поделиться", "3 комментария", "Читать далее »", "© 2021 Пекарня у мельницы. Все права защищены."),
    ),
    "ja": (
        ("ホーム | ショップ | ブログ | お問い合わせ", "ログイン"),
        (
            "水車小屋のパン屋は、洪水のために冬のあいだほとんど閉まっていたが、土曜日にまた開店することになった。",
            "パンは古い窯で焼かれる。店主の友人三人が、石を一つずつ外して組み直したものだという。",
            "九時までに来た人には丸パンを一つ贈り、残っているかぎりコーヒーも出すと、店主は話している。",
        ),
        ("シェア", "コメント 3", "続きを読む »", "© 2021 水車小屋のパン屋"),
    ),
}


def test_frames_go_and_articles_stay() -> None:
    pages = [(above, article, below) for above, article, below in PAGES.values()]
    rows, starts, stops = noise(pa.array(["\n".join([*above, *article, *below]) for above, article, below in pages]))
    taken = [0, 0]  # lines of articles, of frames
    for row, start, stop in zip(rows.tolist(), starts.tolist(), stops.tolist(), strict=True):
        above, article, below = pages[row]
        gone = "\n".join([*above, *article, *below]).encode()[start:stop].decode().splitlines()
        taken[0] += sum(line in article for line in gone)
        taken[1] += sum(line not in article for line in gone)
    articles = sum(len(article) for _, article, _ in pages)
    frames = sum(len(above) + len(below) for above, _, below in pages)
    assert taken[1] / frames >= TAKEN, taken
    assert 1 - taken[0] / articles >= LEFT, taken
