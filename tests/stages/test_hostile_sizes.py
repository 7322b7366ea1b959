"""No text of any shape may hold a worker up: 100 KB of one thing is read in a child process that has a CPU limit."""

from __future__ import annotations

import subprocess
import sys

import pytest

LIMIT_S = 12
"""CPU seconds for all shapes of one reader, start of the interpreter included; they take 1 to 4 together."""

CHILD = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, ({limit}, {limit}))
N = 100_000
SHAPES = ["a", "1", "1,", " ", '"', "“", "(", "!", "他说。", "他", "一", "百分之", "A-a", "a1.", "$5m ", "May 1 ", "(photo:", "|"]
TEXTS = [(shape * N)[:N] for shape in SHAPES] + ["date" + " " * N + "x", "photo" + " " * N + "x", "1" * N + "a"]
"""

READERS = {
    "quantities": "from monitor.text.numbers import quantities\nfor t in TEXTS:\n    quantities(t, 'en')",
    "tokens": "from monitor.text.tokens import tokens, stems, search_terms\nfor t in TEXTS:\n    stems(t, 'en'); search_terms(t)",
    "sentences": "from monitor.text.sentences import split_sentences\nfor t in TEXTS:\n    split_sentences(t, 'en')",
    "clipping": "from monitor.stages.clipping import read_clipping, read_date_line\n"
    "for t in TEXTS:\n    read_clipping(t); read_date_line(t)",
    "terms": "from monitor.stages.terms import compile_terms\nfrom monitor.model import Topic\n"
    "f = compile_terms(Topic(id='a', title='', any_terms=('Lumen chip', '+a', '-b c', '芯片')), [('Lumen chip', 'L-C')])\n"
    "for t in TEXTS:\n    f.find(t); f.find_missing([t]); f.find_forbidden(t)",
    "excerpt": "from monitor.stages.excerpt import choose_sentences, count_words, cut_dateline, leans_on_context\n"
    "from monitor.stages.record import is_official, find_documents\nfrom monitor.stages.headline import choose_headline\nfrom tests.factories import article, judged_sentence\n"
    "for t in TEXTS[::5]:\n    a = article(title=t, sentences=(t,), starts=(True,))\n"
    "    choose_headline([a], choose_sentences([(a, (judged_sentence(t),))], limit=3)); count_words(t); is_official(t); cut_dateline(t); leans_on_context(t); find_documents([t])",
    "reading": "from monitor.stages.reading import carries_full_text, page_of_summary\nfrom tests.factories import entry\n"
    "for t in TEXTS:\n    e = entry(html=t, summary=t[:50]); carries_full_text(e); page_of_summary(e)",
    "names": "from monitor.stages.analysis import view_sentence\nfrom tests.factories import FakeEmbedder\n"
    "for t in TEXTS[::5]:\n    view_sentence(t, 'en', FakeEmbedder())",
}


@pytest.mark.parametrize("reader", READERS)
def test_100_kilobytes_of_one_thing_are_read_within_the_limit(reader: str) -> None:
    code = CHILD.format(limit=LIMIT_S) + READERS[reader]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-1500:]}"
