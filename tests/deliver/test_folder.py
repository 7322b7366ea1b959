"""The HTML folder: complete, relative, repeatable, never half written."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from monitor.deliver import Press, open_channel
from monitor.errors import DeliveryError
from monitor.model import ChannelAddress, Edition
from monitor.ports import Channel
from monitor.render import plan_site, render
from tests.render.editions import hostile_edition, sample_edition

PRESS = Press(render=render, plan_site=plan_site)
ADDRESS = ChannelAddress(kind="html", target="site")


def folder(base: Path) -> Channel:
    return open_channel(ADDRESS, base=base, press=PRESS)


def issue(day: int, digest: str = "daily") -> Edition:
    """The edition of a day in September 2026."""
    shift = timedelta(days=4 - day)
    made = sample_edition()
    return replace(
        made, id=f"{digest}/2026-09-{day:02}", digest_id=digest, title=digest.title(),
        from_at=made.from_at - shift, to_at=made.to_at - shift,
    )  # fmt: skip


def send(base: Path, edition: Edition, *older: Edition) -> None:
    folder(base).send(edition, history=(edition, *older), key=f"{edition.id}|{ADDRESS.key}")


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


class _Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found += [value for name, value in attrs if name == "href" and value]
        if values.get("id"):
            assert values["id"] not in self.ids, f"id twice: {values['id']}"
            self.ids.add(str(values["id"]))


def test_first_edition_fills_the_folder(tmp_path: Path) -> None:
    send(tmp_path, issue(4))
    assert sorted(
        path for path in contents(tmp_path / "site") if not path.startswith(("daily/stories/", "daily/topics/"))
    ) == [
        "daily/2026-09-04-dropped.html",
        "daily/2026-09-04.html",
        "daily/editions.json",
        "digests.atom",
        "index.html",
    ]


def test_every_link_of_the_folder_leads_somewhere(tmp_path: Path) -> None:
    send(tmp_path, issue(4), issue(3), issue(2))
    for page in (tmp_path / "site").rglob("*.html"):
        for link in _Links(page.read_text()).found:
            target, _, anchor = link.partition("#")
            if link.startswith("https://"):
                continue
            file = (page.parent / target).resolve() if target else page
            assert file.is_file(), f"{page.name}: {link}"
            assert not anchor or anchor in _Links(file.read_text()).ids


def test_sending_twice_leaves_the_same_bytes(tmp_path: Path) -> None:
    send(tmp_path, issue(4), issue(3))
    before = contents(tmp_path / "site")
    send(tmp_path, issue(4), issue(3))
    assert contents(tmp_path / "site") == before


def test_pages_of_earlier_editions_that_are_missing_are_made(tmp_path: Path) -> None:
    send(tmp_path, issue(5), issue(4), issue(3), issue(2))
    assert {f"daily/2026-09-0{day}.html" for day in (2, 3, 4, 5)} <= contents(tmp_path / "site").keys()


def test_the_page_before_learns_of_its_successor(tmp_path: Path) -> None:
    send(tmp_path, issue(3))
    send(tmp_path, issue(4), issue(3))
    earlier = (tmp_path / "site/daily/2026-09-03.html").read_text()
    assert 'rel="next" href="2026-09-04.html"' in earlier


def test_older_pages_are_left_alone(tmp_path: Path) -> None:
    send(tmp_path, issue(2))
    (tmp_path / "site/daily/2026-09-02.html").write_text("mine")
    send(tmp_path, issue(4), issue(3), issue(2))
    assert (tmp_path / "site/daily/2026-09-02.html").read_text() == "mine"


def test_index_lists_the_newest_first_by_month(tmp_path: Path) -> None:
    august = replace(issue(1), id="daily/2026-08-20", to_at=issue(1).to_at - timedelta(days=12))
    send(tmp_path, issue(4), issue(3), august)
    page = (tmp_path / "site/index.html").read_text()
    places = [page.index(mark) for mark in ("September 2026", "2026-09-04.html", "2026-09-03.html", "August 2026")]
    assert places == sorted(places)


def test_two_digests_share_one_folder(tmp_path: Path) -> None:
    send(tmp_path, issue(4, "daily"))
    send(tmp_path, issue(3, "weekly"))
    page = (tmp_path / "site/index.html").read_text()
    assert "daily/2026-09-04.html" in page
    assert "weekly/2026-09-03.html" in page
    entries = ET.parse(tmp_path / "site/digests.atom").findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 2


def test_file_names_come_from_ids_and_stay_inside(tmp_path: Path) -> None:
    for digest in ("../../up", "/etc/x", "a b", "index.html", "..", ""):
        send(tmp_path, replace(hostile_edition("../../title"), id=f"{digest}/../../x", digest_id=digest))
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert all(re.fullmatch(r"[\w./-]+", name) and ".." not in name for name in contents(tmp_path / "site"))


def test_index_and_feed_are_written_after_the_pages() -> None:
    paths = [file.path for file in plan_site(issue(4), (issue(3),), {})]
    assert paths[1] == "daily/2026-09-04.html"
    assert paths[-2:] == ["index.html", "digests.atom"]


def test_files_follow_the_umask_so_a_web_server_may_read_them(tmp_path: Path) -> None:
    send(tmp_path, issue(4))
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "site/index.html").stat().st_mode & 0o777 == 0o666 & ~mask


def test_what_a_crash_left_behind_is_gone_after_the_repeat(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/.index.html.part").write_text("half a pa")
    send(tmp_path, issue(4))
    assert not [name for name in contents(tmp_path / "site") if name.endswith(".part")]


def test_a_file_in_place_of_the_folder_is_a_lasting_error(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("I am a file")
    with pytest.raises(DeliveryError) as caught:
        send(tmp_path, issue(4))
    assert caught.value.permanent
    assert caught.value.channel == "html:site"


def test_a_foreign_archive_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "site/other").mkdir(parents=True)
    (tmp_path / "site/other/editions.json").write_text('{"no": "lines"}')
    with pytest.raises(DeliveryError, match=r"other/editions\.json") as caught:
        send(tmp_path, issue(4))
    assert not caught.value.permanent


def test_a_plan_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    def plan(*_: object) -> tuple[object, ...]:
        return (replace(plan_site(issue(4), (), {})[0], path="../outside.html"),)

    channel = open_channel(ADDRESS, base=tmp_path, press=Press(render=render, plan_site=plan))  # type: ignore[arg-type]
    with pytest.raises(DeliveryError, match="outside"):
        channel.send(issue(4), history=(), key="k")
    assert not (tmp_path / "outside.html").exists()


def test_a_folder_without_permission_is_worth_a_retry(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "site").chmod(0o500)
    with pytest.raises(DeliveryError) as caught:
        send(tmp_path, issue(4))
    assert not caught.value.permanent


NO_ROOM = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
from monitor.deliver import Press, open_channel
from monitor.errors import DeliveryError
from monitor.model import ChannelAddress
from monitor.render import plan_site, render
from tests.render.editions import sample_edition
channel = open_channel(ChannelAddress(kind="html", target="site"), base=Path(sys.argv[1]),
                       press=Press(render=render, plan_site=plan_site))
try:
    channel.send(sample_edition(), history=(), key="k")
except DeliveryError as error:
    print(error.permanent, error)
"""


def test_no_room_keeps_the_old_page_whole_and_is_worth_a_retry(tmp_path: Path) -> None:
    send(tmp_path, issue(4))
    before = (tmp_path / "site/index.html").read_bytes()
    page = (tmp_path / "site/daily/2026-09-04.html").read_bytes()
    run = subprocess.run([sys.executable, "-c", NO_ROOM, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("False html:site: cannot write")
    assert os.strerror(errno.EFBIG) in run.stdout
    assert (tmp_path / "site/index.html").read_bytes() == before
    assert (tmp_path / "site/daily/2026-09-04.html").read_bytes() == page
