"""Batches of messages, as the packets of a broker make them."""

from collections.abc import Sequence

import mqtt5

from ingest.accept import Message
from ingest.batch import Batch, batch_of


def batch(messages: Sequence[Message]) -> Batch:
    """The messages as a batch, none of them redelivered."""
    return batch_of([packet(message) for message in messages])


def packet(message: Message, *, duplicate: bool = False) -> mqtt5.PublishPacket:
    """The packet that brings a message."""
    properties = []
    if message.spool is not None and message.seq is not None:
        properties = [("spool", message.spool), ("seq", str(message.seq))]
    return mqtt5.PublishPacket(
        message.topic,
        message.payload,
        qos=mqtt5.QoS.AT_LEAST_ONCE,
        packet_id=1,
        duplicate=duplicate,
        user_properties=properties,
    )
