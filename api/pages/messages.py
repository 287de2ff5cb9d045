"""Pages that say what happened, why, and what to do."""

from api.pages.templating import SIGNED_OUT, render
from api.pages.views import Message

SIGNED_OUT_PAGE = Message(
    title="Please sign in",
    why="This page belongs to somebody who is signed in, and nobody is. A sign-in ends after a "
    "while, so that a page left open cannot be read by others.",
    what_to_do="Open your sign-in link again, or ask for a new one.",
    href="/",
    link_words="How to sign in",
)
BAD_LINK = Message(
    title="This sign-in link does not work any more",
    why="It has run out, or a part of it was lost when it was copied.",
    what_to_do="Open the whole link again, or ask whoever gave it to you for a new one.",
    href="/",
    link_words="How to sign in",
)
NOT_FOUND = Message(
    title="There is no such page",
    why="The address may have been mistyped, or what it showed is not yours to see.",
    what_to_do="Check the address, or go back to your start page.",
    href="/",
    link_words="Start page",
)
NOT_ALLOWED = Message(
    title="This page is for somebody else",
    why="You are signed in, but this page is made for people with another part to play.",
    what_to_do="Go to your own start page, or sign in as the person the page is for.",
    href="/",
    link_words="Start page",
)
NOT_UNDERSTOOD = Message(
    title="We could not do that",
    why="What was sent is not one of the things this page offers, or it came from another site.",
    what_to_do="Go back, load the page again and press the button there.",
    href="/",
    link_words="Start page",
)
OUR_FAULT = Message(
    title="Something went wrong on our side",
    why="The page could not be made. Nothing you did caused it, and it has been written down.",
    what_to_do="Try again in a minute. If it happens again, tell your landlord or whoever runs "
    "this.",
    href="/",
    link_words="Start page",
)

BY_STATUS = {
    401: SIGNED_OUT_PAGE,
    403: NOT_ALLOWED,
    404: NOT_FOUND,
    500: OUR_FAULT,
    503: OUR_FAULT,
}


def message_page(message: Message) -> str:
    """The page. It is made without the database, so that it also serves when that is away."""
    return render("message.html", frame=SIGNED_OUT, message=message)


def page_for_status(status: int) -> str:
    """The page for an HTTP status; what a caller got wrong in any other way has one page too."""
    return message_page(BY_STATUS.get(status, OUR_FAULT if status >= 500 else NOT_UNDERSTOOD))
