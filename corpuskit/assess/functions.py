"""English words that hold sentences together and say nothing of their subject: articles, pronouns, prepositions, auxiliaries, …

They are left out of vocabulary overlap (every text has them) and never listed as terms. The list is our own, of closed word
classes, with the short pieces that contractions leave behind (don't: don, t).
"""

DETERMINERS = (
    "a an the this that these those all any both each either neither every few many more most much several some such "
    "no none other another less least enough own same only "
)
PRONOUNS = (
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself they them their theirs themselves one ones someone somebody something anyone anybody "
    "anything everyone everybody everything nobody nothing who whom whose which what whoever whatever "
)
PREPOSITIONS = (
    "about above across after against along among amongst around as at before behind below beneath beside besides "
    "between beyond by despite down during except for from in inside into like near of off on onto out outside over "
    "past per since than through throughout till to toward towards under underneath until unto up upon versus via "
    "with within without "
)
CONJUNCTIONS = "and or but nor so yet if unless although though because whereas while whether lest "
AUXILIARIES = (
    "am is are was were be been being have has had having do does did doing done can could may might must shall "
    "should will would ought cannot "
)
ADVERBS = (
    "not never always often sometimes ever already again also almost even still just too very quite rather really "
    "here there where when why how then once now therefore thus hence however moreover furthermore indeed instead "
    "otherwise perhaps further else elsewhere meanwhile anyway away back together "
)
LEFT = "don didn doesn isn aren wasn weren won wouldn couldn shouldn hasn haven hadn ain ll ve re "

FUNCTION_WORDS = frozenset(
    f"{DETERMINERS} {PRONOUNS} {PREPOSITIONS} {CONJUNCTIONS} {AUXILIARIES} {ADVERBS} {LEFT}".split()
)
