# ruff: noqa: E501 - expected sentences stand on one line
"""The page for people: what it says, in which languages, and how it looks in a browser if the machine has one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from sminion_guard.cli import policy_page
from sminion_guard.policy import Basis, Operation, RetentionEnd, load, loads
from sminion_guard.policy.model import CATEGORIES
from sminion_guard.policy.model.rights import RequestKind
from sminion_guard.policy.page.changes import changes
from sminion_guard.policy.page.notice import Installed, notice
from sminion_guard.policy.page.phrases import Phrases
from sminion_guard.policy.page.register import document
from sminion_guard.policy.page.words import Words, languages, words
from sminion_guard.resources import examples
from tests.browser import Browser, browser, program
from tests.policies import SHOP
from tests.unit.cli.pages import AFTER, BEFORE

SINCE = datetime(2026, 12, 1, tzinfo=UTC)
TEMPLATES = sorted(file for name in ("policy", "register")
                   for file in (Path(policy_page.__file__).parent / "templates").glob(f"{name}.*.j2"))


def page(language: str, template: str = "policy.html.j2") -> str:
    return policy_page.render(notice(AFTER), template, words(language),
                              Installed(SINCE, notice(BEFORE), BEFORE.version))


def register(language: str, template: str = "register.html.j2") -> str:
    return policy_page.render_register(notice(AFTER), template, words(language), Installed(SINCE, None, None))


def said(language: str = "en") -> tuple[str, ...]:
    return changes(notice(BEFORE), notice(AFTER), Phrases(words(language), AFTER.own_categories))


def test_the_page_says_what_changed_in_words_for_people() -> None:
    found = "\n".join(said())
    for sentence in (
        "Who is responsible, or how to reach them, has changed.",
        "New purpose: Winter coats.",
        "“Newsletter” is now called “Letters of news”.",
        "Letters of news: the reason why we may has changed. Now: it is needed for a contract with you. Before: you have"
        " given your consent, and may withdraw it at any time.",
        "Fulfil orders: more data is used: birth.",
        "Fulfil orders: no longer used: contact data.",
        "Keep the books: data may now also be passed on.",
        "Keep the books: data may no longer be collected, corrected and deleted.",
        "Keep the books: it now goes on while the use of data is suspended.",
        "Now: Used for 1 year and 6 months. Then no purpose shows it any more, and it is to be destroyed. Before: Used for"
        " 3 years.",
        "Fulfil orders, identity: the time has changed. Now: Used for 1 year and 6 months. Then no purpose shows it any more, and it is to be destroyed. Before: Used for 3 years. Then no purpose shows it any more, and it is to be destroyed.\n",
        "The post may now get data.",
        "The agreement with Web analytics, or its name, has changed.",
        "Web analytics may now get data for: Fulfil orders.",
        "Web analytics no longer gets data for: Letters of news.",
        "Web analytics now never gets: birth.",
        "Web analytics may now get: contact data.",
        "Have wrong data corrected, with proof: the time for an answer has changed. Now: 5 working days (we suspend the use"
        " of your data). Before: 7 working days (we suspend the use of your data).",
        "Which purposes go together, or why, has changed.",
        "Copies of all data are now made, in case it is lost.",
        "Whether connections must be encrypted has changed.",
    ):
        assert sentence in found, sentence
    assert len(said("de")) == len(said())
    back = changes(notice(AFTER), notice(BEFORE), Phrases(words("en"), AFTER.own_categories))
    assert "Purpose that ended: Winter coats." in back and "The post gets no data any more." in back


def test_nothing_changed_is_said_only_of_pages_that_say_the_same() -> None:
    english = Phrases(words("en"), {})
    assert changes(notice(BEFORE), replace(notice(BEFORE), version="2"), english) == ()
    silent = loads(SHOP)
    on = changes(notice(silent), notice(BEFORE), english)
    assert "Times for answers are now laid down." in on
    renamed = loads(SHOP.replace("Fingerprints and faces", "Fingers"))
    assert changes(notice(silent), notice(renamed), english) == ("Some wording has changed.",)
    logins = loads(SHOP.replace("[login.shop_app]", "[login.shop_web]"))
    assert changes(notice(silent), notice(logins), english) == ()


@pytest.mark.parametrize(("installed", "lead"), [
    (Installed(SINCE, None, None), "This is the first version."),
    (Installed(SINCE, None, "17"), "The version before, 17, cannot be compared with this one here."),
    (Installed(SINCE, notice(BEFORE), "17"), "Since the version before, 17, nothing that this page says has changed."),
])
def test_the_page_says_when_there_is_nothing_to_compare(installed: Installed, lead: str) -> None:
    made = policy_page.render(notice(BEFORE), "policy.html.j2", words("en"), installed)
    assert lead in made and "In force since 1 December 2026." in made
    assert "In force" not in policy_page.render(notice(BEFORE), "policy.html.j2", words("en"))


@pytest.mark.parametrize("template", ["policy.html.j2", "policy.md.j2"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_names_no_login_role_table_or_column(template: str, language: str) -> None:
    text = re.sub(r"<style>.*?</style>|</?[a-z][^>]*>", " ", page(language, template), flags=re.DOTALL).replace("\\", "")
    tables = [table for table in AFTER.tables() if table.subject is not None]
    names = {*AFTER.logins, *(f"shop_{name}" for name in AFTER.purposes), *AFTER.purposes, *AFTER.schemas,
             *(column for table in tables for column in table.columns if "_" in column),
             *(table.qualified for table in tables), *(name for name in CATEGORIES if "_" in name)}
    # Names that are words too: of a title, of an address, or of the sentences.
    words_too = {"contract", "accounting", "books", "mail", "news", "winter", "advice"}
    found = {name for name in names - words_too if re.search(rf"\b{re.escape(name)}\b", text)}
    assert found == set()
    assert not re.search(r"\b(role|column|table|login|schema|SQL)\b", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_a_template_has_no_text_of_its_own(template: Path) -> None:
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"[^\W\d_]", re.sub(r"<[^>]*>", "", text))
    assert set(re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', text)) == set()
    assert "page" in template.read_text(encoding="utf-8")


def test_every_language_is_complete() -> None:
    assert languages() == ("de", "en")
    for language in languages():
        catalogue = words(language)
        assert catalogue.language == language
        for section, names in (("basis", Basis), ("operation", Operation), ("end", RetentionEnd), ("ask", RequestKind), ("law", Basis)):
            assert all(catalogue(f"{section}.{entry.value}") for entry in names)
        assert all(catalogue(f"category.{name}") for name in CATEGORIES)
    for word, language in (("We answer within", "en"), ("contact data", "en"), ("Kontaktdaten", "de")):
        assert [name for name in languages() if word in page(name)] == [language]


def test_a_catalogue_that_lacks_a_sentence_or_a_field_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    german = (Path(policy_page.__file__).parents[1] / "policy/page/languages/de.toml").read_text(encoding="utf-8")
    file.write_text(german, encoding="utf-8")
    assert words(str(file)).language == "de"
    for old, new, fault in (
        ('nobody = "niemand genannt"\n', "", "`page.nobody` is missing"),
        ('nobody = "niemand genannt"', 'nobody = "niemand genannt"\nmore = "x"', "`page.more` is unknown"),
        ("Fassung {version}.", "Fassung.", "`page.version` must be a text with the fields"),
        ('"{n} Tag", ', "", "`unit.day` must be 2 texts"),
        ('plural = "two"', 'plural = "slavic"', "`unit.day` must be 3 texts"),
        ('plural = "two"', 'plural = "none"', "`plural` must be one of two, slavic"),
    ):
        assert old in german
        file.write_text(german.replace(old, new), encoding="utf-8")
        with pytest.raises(ValueError, match=re.escape(fault)):
            words(str(file))


def test_slavic_numbers_have_three_forms() -> None:
    said = Words.__new__(Words)
    said._said = {"plural": "slavic", "unit": {"day": ["{n} день", "{n} дня", "{n} дней"]}}
    assert [said.count(n, "day") for n in (1, 2, 5, 11, 12, 21, 24, 111)] == [
        "1 день", "2 дня", "5 дней", "11 дней", "12 дней", "21 день", "24 дня", "111 дней"]


@pytest.mark.parametrize("template", ["register.html.j2", "register.md.j2"])
def test_the_record_of_processing_says_what_the_policy_knows_and_what_it_does_not(template: str) -> None:
    made = register("en", template).replace("\\", "")
    for sentence in (
        "Letters of news", "ontract (GDPR article 6(1)(b))", "The policy does not tell kinds of people apart.",
        "Web analytics (agreement DPA-2026-05; never birth and identity)", "The post (agreement P-1)",
        "Used for 1 year and 6 months.", "Shop Ltd", "One role reads all data, for copies.",
        "Administrators of the database server are not bound by these measures.", "transfers to other countries",
    ):
        assert sentence in made, sentence
    assert "must be encrypted" not in made, "this policy does not ask for it"


def test_the_record_as_json_has_the_names_of_the_policy_beside_the_texts() -> None:
    made = document(notice(BEFORE), Phrases(words("de"), BEFORE.own_categories))
    (news,) = [entry for entry in made["activities"] if entry["name"] == "news"]
    assert (news["basis"], news["basis_text"]) == (
        "consent", "Einwilligung (DSGVO Artikel 6 Absatz 1 Buchstabe a)")
    assert made["operator"]["name"] == "Shop Ltd"
    assert "Zugriffe über ein Netz müssen verschlüsselt sein." in made["technical_measures"]
    shop = document(notice(load(examples() / "shop/privacy.toml")), Phrases(words("en"), {}))
    assert {kind for entry in shop["activities"] for kind in entry["kinds"]} == {"customer", "employee"}


class Outline(HTMLParser):
    """Tags, headings in order, ids and what points at them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.points: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.points += [given[name].removeprefix("#") for name in ("href", "aria-labelledby") if name in given]
        assert tag != "th" or given.get("scope") in ("col", "row")


@pytest.mark.parametrize(("made", "tables"), [(page("de"), 2), (register("de"), 0)], ids=["page", "register"])
def test_the_page_can_be_heard(made: str, tables: int) -> None:
    outline = Outline(made)
    headings = [int(tag[1]) for tag in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert '<html lang="de">' in made and {"header", "main"} <= set(outline.tags)
    assert len(outline.ids) == len(set(outline.ids)) and set(outline.points) == set(outline.ids)
    assert ("nav" in outline.tags) is (tables > 0)
    assert outline.tags.count("table") == outline.tags.count("caption") == outline.tags.count("thead") == tables
    assert not {"script", "link", "img", "iframe"} & set(outline.tags) and not re.search("https?:|url\\(", made)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if program() is None:
        pytest.skip("this machine has no Chromium: install one, such as Debian's package `chromium`")
    with browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


CONTRAST = """(() => {
    const light = color => color.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = each => { for (; each; each = each.parentElement) {
        const color = getComputedStyle(each).backgroundColor;
        if (color !== 'rgba(0, 0, 0, 0)') return color;
    } return 'rgb(255, 255, 255)'; };
    return Math.min(...[...document.querySelectorAll('body *')].map(each => {
        const [one, two] = [light(getComputedStyle(each).color), light(behind(each))];
        return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05); }));
})()"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("made", [page("de"), page("en"), register("de")], ids=["de", "en", "register"])
def test_the_page_fits_the_screen(chromium: Browser, tmp_path: Path, made: str, width: int) -> None:
    file = tmp_path / "page.html"
    file.write_text(made, encoding="utf-8")
    chromium.open(file, width)
    chromium.screenshot(tmp_path / "page.png")
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width
    assert chromium.evaluate("innerWidth") == width
    assert chromium.evaluate(CONTRAST) >= 4.5
    assert chromium.complaints == []
    chromium.evaluate("document.querySelector('style').remove()")
    assert "Shop Ltd" in chromium.evaluate("document.body.innerText")


def test_the_page_prints(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("de"), encoding="utf-8")
    chromium.open(file, 1280)
    chromium.printed(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
