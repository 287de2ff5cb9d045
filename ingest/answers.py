"""How a connection ends, and what a broker's reason codes mean for whoever asked. Pure."""

import mqtt5


class Lost(ConnectionError):
    """The connection is gone; the text says why."""


class TakenOver(Lost):
    """Another process has connected under our client id."""


class Overrun(Lost):
    """The broker sent more than receive-maximum allows, and we cut it off."""


class Refused(ConnectionError):
    """The broker does not want us, or not this of us; trying again will not help."""


class NotNow(ConnectionError):
    """The broker cannot take this at present; the same may succeed later."""


REFUSALS_FROM = 0x80  # reason codes below say that it went well

# Codes that speak of the broker's state; any other will be the same next time.
_PASSING_WELCOMES = (
    mqtt5.ConnAckReasonCode.UNSPECIFIED_ERROR,
    mqtt5.ConnAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
    mqtt5.ConnAckReasonCode.SERVER_UNAVAILABLE,
    mqtt5.ConnAckReasonCode.SERVER_BUSY,
    mqtt5.ConnAckReasonCode.QUOTA_EXCEEDED,
    mqtt5.ConnAckReasonCode.CONNECTION_RATE_EXCEEDED,
)
_PASSING_REPLIES = (
    mqtt5.PubAckReasonCode.UNSPECIFIED_ERROR,
    mqtt5.PubAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
    mqtt5.PubAckReasonCode.QUOTA_EXCEEDED,
)


def unwelcome(code: mqtt5.ConnAckReasonCode) -> Lost | Refused | None:
    """What the answer to our CONNECT means; None for a welcome."""
    if code == mqtt5.ConnAckReasonCode.SUCCESS:
        return None
    why = f"the broker refused the connection: {code.name}"
    return Lost(why) if code in _PASSING_WELCOMES else Refused(why)


def unpublished(code: mqtt5.PubAckReasonCode) -> NotNow | Refused | None:
    """What the answer to a message of ours means; None when the broker has taken it."""
    if int(code) < REFUSALS_FROM:
        return None
    why = f"the broker refused what we published: {code.name}"
    return NotNow(why) if code in _PASSING_REPLIES else Refused(why)
