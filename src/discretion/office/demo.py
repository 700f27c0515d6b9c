"""The demo hotel 西湖示例酒店 / West Lake Sample Hotel: 60 rooms, 90 days around today, its staff and its guests.

Rules:
* Everybody here is generated and marked so. The bookings are real ones without identities (`demo_bookings`).
* The same seed makes the same hotel; only the dates follow the day.
* Sealed first, written afterwards, like any import. Loading twice changes nothing but the staff's shifts and badges.

Left to others: the installation and its property row (the starter), signing in as a persona (the keeper's demo menu).
"""

from __future__ import annotations

from typing import Final

CODE: Final = "west-lake"
NAME_ZH: Final = "西湖示例酒店"
NAME_EN: Final = "West Lake Sample Hotel"
TIME_ZONE: Final = "Asia/Shanghai"
PRESENCE_BY: Final = "badge_desk"
SEED: Final = "west-lake-1"

MISSION_LINE: Final = 0
