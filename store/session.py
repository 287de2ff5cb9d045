"""On whose behalf a transaction reads and writes; row security answers by it."""

import psycopg
from psycopg_pool import ConnectionPool

# More requests at once than this wait; the database serves them faster one after the other.
CONNECTIONS_MAX = 8
_WAIT_FOR_CONNECTION_S = 5.0  # then the request is answered "try again", not left hanging


def act_for(
    conn: psycopg.Connection,
    landlord_id: str,
    *,
    home_id: str | None = None,
    tenancy_id: str | None = None,
) -> None:
    """Let the current transaction act for a landlord, or with both others given for a tenant.

    Ends with the transaction. Raises ValueError when only one of home and tenancy is given: such a
    session would see more than a tenant may.
    """
    if (home_id is None) != (tenancy_id is None):
        raise ValueError("a tenant's session names both the home and the tenancy")
    conn.execute(
        """SELECT set_config('app.landlord_id', %(landlord)s, true),
                  set_config('app.home_id', %(home)s, true),
                  set_config('app.tenancy_id', %(tenancy)s, true)""",
        {"landlord": landlord_id, "home": home_id or "", "tenancy": tenancy_id or ""},
    )


def connection_pool(url: str, *, application: str) -> ConnectionPool:
    """A pool of connections in UTC, not yet open. Each use is one transaction."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=CONNECTIONS_MAX,
        timeout=_WAIT_FOR_CONNECTION_S,
        open=False,
        check=ConnectionPool.check_connection,
        kwargs={"application_name": application, "options": "-c TimeZone=UTC"},
    )
