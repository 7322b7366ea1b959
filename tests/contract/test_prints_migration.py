"""An older database gets fingerprints that can be compared with those of today."""

from __future__ import annotations

from monitor.model import Outcome, Verdict
from monitor.stages.copies import find_copy
from monitor.stages.known import KnownBase
from monitor.store import open_store
from monitor.store.bodies import pack
from monitor.text.fingerprints import prints
from tests.contract.test_outbox_migration import upgrade_to
from tests.factories import article, judged_sentence
from tests.stages.test_copies import WIRE

NOW = 1_780_000_000_000_000


def test_texts_of_an_older_store_are_recognised_in_copies_and_copies_stay_unprinted(address: str) -> None:
    old = article(
        "An earlier version said that forty wagons left the yard of the mill at noon on the first Monday of May."
    )
    verdicts = {
        1: Verdict(outcome=Outcome.OFF_TOPIC, sentences=tuple(judged_sentence(text) for text in old.sentences)),
        2: Verdict(outcome=Outcome.OFF_TOPIC),
        3: Verdict(outcome=Outcome.DUPLICATE, of="wire"),
    }
    owners = {1: "wire", 2: "wire", 3: "copy"}
    upgrade_to(
        address,
        "0005",
        (
            "INSERT INTO articles (id, seq, outcome, role, prints, body) VALUES (:id, :seq, :outcome, 'reports', :prints, :body)",
            [
                {"id": "wire", "seq": 2, "outcome": "off_topic", "prints": b"12345678", "body": pack(article(WIRE, id="wire"))},
                {"id": "copy", "seq": 3, "outcome": "duplicate", "prints": b"12345678", "body": pack(article(WIRE, id="copy"))},
            ],
        ),
        (
            "INSERT INTO judgements (seq, article_id, revision, judged_at, outcome, verdict) VALUES (:seq, :id, :revision, :at, :outcome, :verdict)",
            [
                {"seq": seq, "id": owners[seq], "revision": seq % 2 + 1, "at": NOW, "outcome": verdict.outcome.value, "verdict": pack(verdict)}
                for seq, verdict in verdicts.items()
            ],
        ),
    )  # fmt: skip
    store = open_store(address)
    assert [number for numbers, _ in store.articles.iter_prints() for number in numbers] == [1, 2]
    known = KnownBase(archive=store.articles)
    known.load_prints(store.articles.iter_prints())
    for text in (f"From our wire service.\n\n{WIRE}", " ".join(old.sentences)):
        copy = article(text, id="new")
        finding = find_copy(copy, prints(" ".join(copy.sentences)), known)
        assert finding is not None
        assert (finding.is_copy, finding.document.article.id) == (True, "wire")
    store.close()
