"""Frames on the hatch: four bytes of length, then one msgpack document.

Rules:
* A length is checked before a byte of the body is read; a body is decoded strictly (unknown fields, wrong types and
  trailing bytes are refused).
* A frame that cannot be read ends the connection: after it nobody knows where the next one begins.
* Each frame carries a number chosen by the asker; the answer carries the same. Answers may come in any order.

Left to others: what a message means (`lookup`, `upkeep`) and who may send it (the keeper's door).
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import msgspec

LENGTH_SIZE_BYTES = 4
LOOKUP_FRAME_SIZE_BYTES_MAX = 256 * 1024
UPKEEP_FRAME_SIZE_BYTES_MAX = 16 * 1024 * 1024

_LENGTH = struct.Struct(">I")


class FrameError(Exception):
    """The bytes on the hatch are no frame of ours; the connection is over."""


class HatchClosedError(FrameError):
    """The other side of the hatch went away; what was asked may or may not have been entered."""


async def read_frame(reader: asyncio.StreamReader, size_bytes_max: int) -> bytes | None:
    """Return the next body, or None when the other side closed between two frames.

    Errors: `FrameError` when the length is 0 or above `size_bytes_max`, or the stream ends inside a frame.
    """
    try:
        raw_length = await reader.readexactly(LENGTH_SIZE_BYTES)
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise FrameError("the stream ended inside a length") from error
    except ConnectionError:
        return None
    (size_bytes,) = _LENGTH.unpack(raw_length)
    if not 0 < size_bytes <= size_bytes_max:
        raise FrameError(f"a frame of {size_bytes} bytes; at most {size_bytes_max} are read")
    try:
        return await reader.readexactly(size_bytes)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise FrameError("the stream ended inside a frame") from error


def encode_frame(message: object, encoder: msgspec.msgpack.Encoder, size_bytes_max: int) -> bytes:
    """Return length and body of `message`.

    Errors: `FrameError` when the body is above `size_bytes_max`: it is never cut.
    """
    body = encoder.encode(message)
    if len(body) > size_bytes_max:
        raise FrameError(f"a frame of {len(body)} bytes; at most {size_bytes_max} are sent")
    return _LENGTH.pack(len(body)) + body
