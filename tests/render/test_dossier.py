"""Pages of stories and topics, and what of a folder is written anew."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta

from monitor.model import Abstract, Edition
from monitor.render import plan_site, render
from monitor.render.dossier import MOST_STORIES, index_stories, view_dossier, view_topic
from monitor.render.mail_body import MOST_BYTES
from monitor.render.view import arrange, shorten
from tests.render.editions import edition, huge_edition, sample_edition, story, topic


def issue(day: int, *numbers: int, **changes: object) -> Edition:
    made = edition(topic(*(story(number, **changes) for number in numbers)))
    return replace(made, id=f"daily/2026-09-{day:02}", to_at=made.to_at + timedelta(days=day - 4))


def stale(newest: Edition, *history: Edition) -> set[str]:
    return {file.path for file in plan_site(newest, history, {}) if file.is_stale and file.path.endswith(".html")}


def test_a_story_page_tells_every_edition_newest_first() -> None:
    told = index_stories([issue(4, 1), issue(6, 1, headline="Firm 1 closes"), issue(5, 2)])["s1"]
    dossier = view_dossier(told)
    assert [moment.page for moment in dossier.moments] == ["2026-09-06.html", "2026-09-04.html"]
    assert (dossier.headline, dossier.n_facts, len(dossier.articles)) == ("Firm 1 closes", 2, 1)


def test_a_topic_page_lists_each_story_once_by_when_it_was_told_last() -> None:
    dossier = view_topic("chips", [issue(4, 1, 2), issue(5, 1)])
    ((_, lines),) = dossier.months
    assert [(line.page, line.n_editions) for line in lines] == [("s1.html", 2), ("s2.html", 1)]


def test_a_topic_page_is_cut_and_says_so() -> None:
    dossier = view_topic("chips", [huge_edition(MOST_STORIES + 7)])
    assert (dossier.n_stories, dossier.n_older) == (MOST_STORIES + 7, 7)


def test_only_pages_that_the_new_edition_changes_are_written_anew() -> None:
    assert stale(issue(6, 1), issue(5, 2), issue(4, 1, 3)) == {
        "daily/2026-09-06.html", "daily/2026-09-06-dropped.html", "daily/2026-09-05.html", "daily/2026-09-05-dropped.html",
        "daily/stories/s1.html", "daily/topics/chips.html", "index.html",
    }  # fmt: skip


def test_the_address_of_a_story_stays_as_the_folder_grows() -> None:
    paths = [{file.path for file in plan_site(newest, (issue(4, 1),), {})} for newest in (issue(5, 2), issue(6, 1))]
    assert all("daily/stories/s1.html" in found for found in paths)


def test_a_mail_that_would_be_too_long_counts_the_stories_beyond() -> None:
    message = email.message_from_bytes(render(huge_edition(300), "email"), policy=email.policy.default)
    markup = message.get_body(("html",)).get_content()
    assert 30_000 < len(markup.encode()) <= MOST_BYTES
    assert "more stories" in markup


def test_a_shortened_view_keeps_the_first_stories_and_counts_the_others() -> None:
    view = arrange(sample_edition())
    for n_stories in range(len(view.stories) + 1):
        cut = shorten(view, n_stories)
        assert cut.stories == view.stories[:n_stories]
        assert cut.n_cut == len(view.stories) - n_stories


def test_a_headline_in_another_language_is_marked_in_every_format() -> None:
    for name in ("html", "text", "markdown", "email"):
        assert b"Chinese" in render(sample_edition(), name)
    german = replace(sample_edition(), language="zh")
    assert arrange(german).stories[0].foreign == "English"


def test_a_line_by_a_language_model_stands_in_every_format_with_its_mark() -> None:
    made = edition(topic(story(1, abstract=Abstract(text="Output has doubled.", cites=(1,)))))
    for name in ("html", "text", "markdown", "json", "email"):
        body = render(made, name).decode()
        assert "Output has doubled" in body
        assert name == "json" or "language model" in body


def test_an_abstract_names_the_sources_of_the_sentences_it_cites() -> None:
    plant = sample_edition().stories[0]
    made = edition(topic(replace(plant, abstract=Abstract(text="x", cites=(3, 9)))))
    (source,) = arrange(made).stories[0].abstract_sources
    assert source.name == "半导体日报"
