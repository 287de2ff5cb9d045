"""Reads a page the way a checker for accessibility does: landmarks, names, tables, forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_VOID = {"meta", "link", "input", "br", "hr", "img", "line", "path"}
_LANDMARKS = ("header", "main", "footer")


@dataclass
class Form:
    """A form with its hidden fields and the words on its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    other_inputs: int = 0


@dataclass
class Page:
    """What was found on a page, and what is wrong with it."""

    title: str = ""
    text: str = ""
    language: str = ""
    landmarks: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    referred_ids: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    charts: int = 0
    outside: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._captions: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note_attributes(tag, given)
        if tag == "input":
            self._note_input(given)
        if tag == "form":
            self.page.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        if tag == "table":
            self._captions.append(False)
        if tag == "caption":
            self._captions[-1] = True
        if tag not in _VOID:
            self._open.append((tag, given, []))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        opened, given, texts = self._open.pop()
        if opened != tag:
            self.page.faults.append(f"<{opened}> closed by </{tag}>")
        words = " ".join("".join(texts).split())
        if self._open and tag not in ("title", "desc"):
            self._open[-1][2].append("".join(texts) + " ")
        self._note_end(tag, given, words)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def _note_attributes(self, tag: str, given: dict[str, str]) -> None:
        page = self.page
        if tag == "html":
            page.language = given.get("lang", "")
        if tag in _LANDMARKS:
            page.landmarks.append(tag)
        if "id" in given:
            page.ids.append(given["id"])
        for name in ("aria-labelledby", "for", "aria-describedby"):
            page.referred_ids += given.get(name, "").split()
        for name in ("href", "src", "action"):
            if given.get(name, "/").split(":")[0] in ("http", "https", "javascript"):
                page.outside.append(given[name])
        page.charts += tag == "svg"
        page.faults += [what for what, wrong in _faults_of(tag, given) if wrong]

    def _note_input(self, given: dict[str, str]) -> None:
        form = self.page.forms[-1]
        if given.get("type") == "hidden":
            form.fields[given["name"]] = given.get("value", "")
        else:
            form.other_inputs += 1

    def _note_end(self, tag: str, given: dict[str, str], words: str) -> None:
        page = self.page
        if tag == "title" and not page.title and self._open and self._open[-1][0] == "head":
            page.title = words
        elif tag in ("h1", "h2", "h3", "h4"):
            page.headings.append((int(tag[1]), words))
        elif tag == "button":
            page.forms[-1].buttons.append(words)
            if not words:
                page.faults.append("a button without words")
        elif tag == "a":
            page.links.append((given.get("href", ""), words))
            if not words:
                page.faults.append("a link without words")
        elif tag == "table" and not self._captions.pop():
            page.faults.append("a table without a caption")
        elif tag == "body":
            page.text = words


def _faults_of(tag: str, given: dict[str, str]) -> list[tuple[str, bool]]:
    nameless_chart = given.get("role") != "img" or "aria-labelledby" not in given
    scripted = tag == "script" or any(name.startswith("on") for name in given)
    return [
        ("a <nav> without a name", tag == "nav" and "aria-label" not in given),
        ("a <th> without scope", tag == "th" and "scope" not in given),
        ("a drawing without a name", tag == "svg" and nameless_chart),
        (f"script on <{tag}>", scripted),
        (f"inline style on <{tag}>", tag == "style" or "style" in given),
    ]


def _faults_of_structure(page: Page) -> list[str]:
    levels = [level for level, _ in page.headings]
    skipped = [(one, other) for one, other in pairwise(levels) if other > one + 1]
    faults = [f"an h{other} follows an h{one}" for one, other in skipped]
    if levels.count(1) != 1 or levels[0] != 1:
        faults.append(f"the headings are {levels}: one h1, first, is wanted")
    if sorted(page.landmarks) != sorted(_LANDMARKS):
        faults.append(f"the landmarks are {page.landmarks}")
    if page.language != "en-GB":
        faults.append(f"the language is {page.language!r}")
    if not page.title:
        faults.append("no title")
    return faults


def _faults_of_references(page: Page) -> list[str]:
    twice = {one for one in page.ids if page.ids.count(one) > 1}
    # A link without a path, or with another period of this page, leads to a part of it.
    within = [
        link.partition("#")[2] for link, _ in page.links if link.startswith("#") or "?days=" in link
    ]
    missing = {one for one in page.referred_ids + within if one not in page.ids}
    return [
        *(f"the id {one!r} stands twice" for one in sorted(twice)),
        *(f"the id {one!r} is referred to and does not exist" for one in sorted(missing)),
        *(f"something from outside: {one}" for one in page.outside),
    ]


def read(html: str) -> Page:
    """The page, with every fault found in it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    page = reader.page
    page.faults += _faults_of_structure(page) + _faults_of_references(page)
    return page
