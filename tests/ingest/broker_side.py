"""What a broker remembers, asked through its own protocol."""

import asyncio

from ingest.connecting import connect
from ingest.settings import parse_broker


def is_remembered(url: str, client_id: str) -> bool:
    """Whether the broker holds a session under this id; ends it."""

    async def ask() -> bool:
        connection = await connect(parse_broker(url), client_id, receive_max=10, session_expiry_s=0)
        welcome = await connection.accepted()
        await connection.close()
        return welcome.session_present

    return asyncio.run(ask())
