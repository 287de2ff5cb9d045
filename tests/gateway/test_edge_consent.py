"""Nothing leaves the home unless the document in force says so."""

import asyncio

from core.quantities import Kind
from core.wire import ConsentDocument
from gateway.adapters.reading import Reading
from gateway.edge_consent import EdgeConsent, sift

ROOM = Reading("bedroom-1", Kind.ROOM, 1, True, {"air_temp_c": 20.1})
BOILER = Reading("boiler", Kind.BOILER, 1, False, {"pressure_bar": 1.3})


def test_without_a_document_nothing_is_allowed() -> None:
    assert sift(None, [ROOM, BOILER]) == ([], [ROOM, BOILER])


def test_only_the_named_device_and_kind_is_allowed() -> None:
    document = ConsentDocument(
        revision=1, allowed={"bedroom-1": [Kind.ROOM], "boiler": [Kind.ROOM]}
    )

    assert sift(document, [BOILER, ROOM]) == ([ROOM], [BOILER])


def test_the_document_that_came_last_holds_whatever_its_revision() -> None:
    consent = EdgeConsent(ConsentDocument(revision=17, allowed={"bedroom-1": [Kind.ROOM]}))
    begun_anew = ConsentDocument(revision=1, allowed={})

    consent.replace(begun_anew)

    assert consent.document == begun_anew


def test_who_waits_for_the_first_document_goes_on_when_it_comes() -> None:
    async def wait() -> tuple[bool, bool]:
        consent = EdgeConsent(None)
        too_early = await consent.first(0.0)
        waiting = asyncio.create_task(consent.first())
        await asyncio.sleep(0)
        consent.replace(ConsentDocument(revision=1, allowed={}))
        return too_early, await waiting

    assert asyncio.run(wait()) == (False, True)
