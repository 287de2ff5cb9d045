"""The api's database: one request, one transaction, on behalf of one person."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from api.principals import Principal, Tenant
from store.connection import outages
from store.session import act_for, connection_pool


class Database:
    """A pool of connections whose every use acts for somebody; row security answers by it."""

    def __init__(self, url: str) -> None:
        self._pool = connection_pool(url, application="homewell api")

    def open(self) -> None:
        """Start connecting; the first use waits for it."""
        self._pool.open()

    def close(self) -> None:
        """Let every connection go."""
        self._pool.close()

    @contextmanager
    def acting_for(self, principal: Principal) -> Iterator[psycopg.Connection]:
        """A transaction in which only what `principal` may see is there.

        Committed at the end, rolled back on any exception. Raises store.connection.Unavailable.
        """
        with outages(), self._pool.connection() as conn:
            if isinstance(principal, Tenant):
                act_for(
                    conn,
                    principal.landlord_id,
                    home_id=principal.home_id,
                    tenancy_id=principal.tenancy_id,
                )
            else:
                act_for(conn, principal.landlord_id)
            yield conn

    @contextmanager
    def acting_for_landlord(self, landlord_id: str) -> Iterator[psycopg.Connection]:
        """A transaction for signing in: who is this person of this landlord?"""
        with outages(), self._pool.connection() as conn:
            act_for(conn, landlord_id)
            yield conn

    def answers(self) -> None:
        """Ask the database anything. Raises store.connection.Unavailable when it does not."""
        with outages(), self._pool.connection() as conn:
            conn.execute("SELECT 1")
