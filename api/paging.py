"""Lists in pages: `limit` items, and `next` to give back as `after` for those that follow."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

LIMIT_USUAL = 50
LIMIT_MAX = 200  # an answer a person or a program can take in at once

Limit = Annotated[
    int, Query(ge=1, le=LIMIT_MAX, description="How many items the answer holds at most.")
]
_T = TypeVar("_T")


class PageOf(BaseModel, Generic[_T]):
    """One page of a list; `next` is null on the last one."""

    items: list[_T]
    next: str | None


def page(items: list[_T], limit: int, *, last_id: str | None) -> PageOf[_T]:
    """The page; `last_id` is its last item's. A full page may have an empty one after it."""
    return PageOf(items=items, next=last_id if len(items) == limit else None)
