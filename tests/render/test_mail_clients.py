"""The mail against the data of caniemail.com: what a mail program does not know must do no harm."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.render import render
from tests.render.editions import sample_edition

NPM = shutil.which("npm")
PACKAGE = "caniemail@2.0.2"
LINT = """
import { caniemail } from "caniemail";
import { readFileSync } from "node:fs";
const html = readFileSync(process.argv[2], "utf8");
const found = caniemail({ clients: ["gmail.*", "outlook.*", "apple-mail.*", "yahoo.*"], html });
const features = new Set();
for (const [, issues] of found.issues.errors) for (const issue of issues) features.add(issue.title);
console.log(JSON.stringify([...features]));
"""
HARMLESS = {
    "<body> element": "some set the mail into an element of their own; its table carries the colours too",
    "@media": "the light colours are shown on a dark screen",
    "<style> element": "the same",
    "color-scheme meta tag": "the program chooses the colours",
    "display:none": "the preheader is read as a first line",
    "max-height property": "display:none hides the preheader already",
    "overflow": "display:none hides the preheader already",
    "max-width": "the text is as wide as the window",
    "role attribute": "a reading program names the tables that set the page",
    "lang attribute": "a reading program takes the voice of the program's language",
    "dir attribute": "the direction follows from the letters",
}
"""Features that some program lacks, with what its reader gets instead."""


@pytest.mark.slow
@pytest.mark.skipif(NPM is None, reason="no npm on this machine")
def test_what_a_mail_program_lacks_does_no_harm(tmp_path: Path) -> None:
    made = subprocess.run(  # noqa: S603 - a fixed package at a fixed version
        [str(NPM), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(tmp_path), PACKAGE],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"npm cannot install {PACKAGE}: {made.stderr.strip()[-200:]}")
    message = email.message_from_bytes(render(sample_edition(), "email"), policy=email.policy.default)
    (tmp_path / "mail.html").write_text(message.get_body(("html",)).get_content(), encoding="utf-8")
    (tmp_path / "lint.mjs").write_text(LINT, encoding="utf-8")
    linted = subprocess.run(
        ["node", "lint.mjs", "mail.html"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert linted.returncode == 0, linted.stderr[-2000:]
    assert set(json.loads(linted.stdout)) - HARMLESS.keys() == set()
