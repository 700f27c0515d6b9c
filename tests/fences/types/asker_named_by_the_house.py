"""No message has a field for its asker: the ticket says who asks."""

from discretion.wire.lookup import FindByName, LookUp


def attempts(ticket: bytes, someone: bytes) -> None:
    LookUp(ticket=ticket, request_id=someone, guest_id=someone, purpose="check_in", clear=1, masked=0)
    LookUp(ticket=ticket, request_id=someone, guest_id=someone, purpose="check_in", clear=1, masked=0, staff_id=someone)  # refused: call-arg
    LookUp(ticket=ticket, request_id=someone, guest_id=someone, purpose="check_in", clear=1, masked=0, duty="privacy")  # refused: call-arg
    LookUp(request_id=someone, guest_id=someone, purpose="check_in", clear=1, masked=0)  # refused: call-arg
    FindByName(ticket=ticket, request_id=someone, purpose="check_in", session_id=someone)  # refused: call-arg
