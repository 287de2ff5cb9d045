"""Which messages are outstanding, and when one is due again."""

from gateway.window import Window


def test_no_more_than_the_window_is_outstanding() -> None:
    window = Window(size=2)

    window.sent(1, 0.0)
    window.sent(2, 0.0)
    full = window.room
    window.gone([1])

    assert (full, window.room, window.newest) == (0, 1, 2)


def test_what_has_no_receipt_for_thirty_seconds_is_due_again_oldest_first() -> None:
    window = Window()
    for seq, at_s in ((7, 0.0), (5, 0.0), (9, 10.0)):
        window.sent(seq, at_s)

    assert window.overdue(29.9) == []
    assert window.overdue(30.0) == [5, 7]


def test_sending_again_starts_the_wait_anew() -> None:
    window = Window()
    window.sent(5, 0.0)
    window.sent(5, 30.0)

    assert window.overdue(59.9) == []
    assert window.overdue(60.0) == [5]


def test_a_receipt_for_what_was_never_sent_changes_nothing() -> None:
    window = Window()
    window.sent(5, 0.0)

    window.gone([6])

    assert window.overdue(30.0) == [5]
