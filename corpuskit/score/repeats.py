"""What comes twice in a text: words, lines, paragraphs, and n-grams of pieces.

N-grams as Gopher's repetition rules count them (Rae et al. 2021, table A1). An n-gram that repeats begins and ends with an
(n-1)-gram that repeats, so each n looks only at the places that n - 1 has left: most texts are done after n = 4.
"""

import numba as nb
import numpy as np

from corpuskit.words import mix

TOP = (2, 3, 4)
REPEATED = (5, 6, 7, 8, 9, 10)
_SMALL = 1024  # slots of a hash set at the start of a text


@nb.njit(cache=True, nogil=True)
def slots_for(most):  # type: ignore[no-untyped-def]
    """The slots of a table for `most` different hashes: a power of two, at most half full."""
    slots = _SMALL
    while slots < 2 * most:
        slots *= 2
    return slots


@nb.njit(cache=True, nogil=True)
def earlier(hashes, sizes, count, table):  # type: ignore[no-untyped-def]
    """(how many of the first `count` hashes are distinct, the sizes of all that came before); `table` is scratch of slots_for(count).

    An open-addressing set. It starts small, as most texts are, and begins again four times larger when it is half full.
    """
    most = slots_for(count)
    slots = min(_SMALL, most)
    while True:
        table[:slots] = 0
        distinct, repeated = 0, 0
        for k in range(count):
            h = hashes[k]
            place = np.int64(h) & (slots - 1)
            while table[place] != 0 and hashes[table[place] - 1] != h:
                place = (place + 1) & (slots - 1)
            if table[place] != 0:
                repeated += sizes[k]
            else:
                table[place] = k + 1
                distinct += 1
                if 2 * distinct > slots:
                    break
        if 2 * distinct <= slots:
            return distinct, repeated
        slots = min(4 * slots, most)


@nb.njit(cache=True, nogil=True)
def _mark(grams, places, count, table, times):  # type: ignore[no-untyped-def]
    """How often the n-gram at each of `count` places stands in the text, at `times` of its first place; 0 at its later ones."""
    slots = slots_for(count)
    table[:slots] = 0
    for k in range(count):
        at = places[k]
        h = grams[at]
        place = np.int64(h) & (slots - 1)
        while table[place] != 0 and grams[table[place] - 1] != h:
            place = (place + 1) & (slots - 1)
        if table[place] == 0:
            table[place] = at + 1
            times[at] = 1
        else:
            times[table[place] - 1] += 1
            times[at] = -(table[place] - 1) - 1  # points to the first


@nb.njit(cache=True, nogil=True)
def _greedy(grams, again, length, sizes, n, table, slots):  # type: ignore[no-untyped-def]
    """Characters in n-grams that stood before, read from left to right without counting a piece twice."""
    table[:slots] = 0
    repeated, i = 0, 0
    while i + n <= length:
        step = 1
        if again[i]:
            h = grams[i]
            place = np.int64(h) & (slots - 1)
            while table[place] != 0 and grams[table[place] - 1] != h:
                place = (place + 1) & (slots - 1)
            if table[place] != 0:
                for k in range(i, i + n):
                    repeated += sizes[k]
                step = n
            else:
                table[place] = i + 1
        i += step
    return repeated


@nb.njit(cache=True, nogil=True)
def grams(hashes, sizes, length, scratch, places, times, again, table, found):  # type: ignore[no-untyped-def] # noqa: C901, PLR0912
    """Fill `found`: the characters of the most frequent 2-, 3-, 4-gram, spaces between its pieces counted, times its number;
    then the characters, without spaces, in 5- to 10-grams that stood before. An n-gram that stands once is no repetition: 0.

    `hashes` and `sizes` are the pieces'; the others are scratch, as long as the text has pieces (`table`: slots_for(length)).
    """
    found[:] = 0
    count = max(0, length - 1)
    for i in range(length):
        scratch[i] = hashes[i]
    for i in range(count):
        places[i] = i
    n = 2
    while count > 0 and n <= 10:
        for k in range(count):  # places ascend, so the piece after is read before it is written
            i = places[k]
            scratch[i] = mix(scratch[i] * np.uint64(31) ^ hashes[i + n - 1])
        _mark(scratch, places, count, table, times)
        most, top = 1, 0
        for k in range(count):
            i = places[k]
            if times[i] > most:
                most, top = times[i], i
        if n <= 4 and most > 1:
            characters = n - 1
            for k in range(top, top + n):
                characters += sizes[k]
            found[n - 2] = characters * most
        left = 0
        again[:length] = False
        for k in range(count):
            i = places[k]
            if times[i] > 1 or times[i] < 0:
                again[i] = True
                places[left] = i
                left += 1
        if n >= 5 and left > 0:
            found[n - 2] = _greedy(scratch, again, length, sizes, n, table, slots_for(left))
        # the next n-gram at i repeats only if those at i and i + 1 do
        count = 0
        for k in range(left):
            i = places[k]
            if i + n < length and again[i + 1]:
                places[count] = i
                count += 1
        n += 1
