"""The kinds of document a guest may show, with their names in Chinese and English.

Rules:
* The key is what records keep; the names are data of the hotel's trade, so they stand here and not in a catalogue.
* A kind that another system names and this table does not is `OTHER`; its issuing country and number say the rest.

Left to others: which number fits which kind (`document`); police codes (statutory formats).
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class DocumentType(StrEnum):
    """Kinds of document. Source: experience.md section 6."""

    RIC = "RIC"
    TRIC = "TRIC"
    HKB = "HKB"
    HMT_RP = "HMT_RP"
    HM_PERMIT = "HM_PERMIT"
    TW_PERMIT = "TW_PERMIT"
    PASSPORT = "PASSPORT"
    FPR = "FPR"
    TD = "TD"
    MIL = "MIL"
    SEAMAN = "SEAMAN"
    OTHER = "OTHER"

    @property
    def zh(self) -> str:
        """Return the Chinese name."""
        return _NAMES[self][0]

    @property
    def en(self) -> str:
        """Return the English name."""
        return _NAMES[self][1]


_NAMES: Final = MappingProxyType(
    {
        DocumentType.RIC: ("居民身份证", "Resident Identity Card"),
        DocumentType.TRIC: ("临时居民身份证", "Temporary Resident Identity Card"),
        DocumentType.HKB: ("户口簿", "Household Register"),
        DocumentType.HMT_RP: (
            "港澳台居民居住证",
            "Residence Permit for Hong Kong, Macao and Taiwan Residents",
        ),
        DocumentType.HM_PERMIT: (
            "港澳居民来往内地通行证",
            "Mainland Travel Permit for Hong Kong and Macao Residents",
        ),
        DocumentType.TW_PERMIT: (
            "台湾居民来往大陆通行证",
            "Mainland Travel Permit for Taiwan Residents",
        ),
        DocumentType.PASSPORT: ("护照", "Passport"),
        DocumentType.FPR: ("外国人永久居留身份证", "Foreign Permanent Resident ID Card"),
        DocumentType.TD: ("旅行证", "Travel Document"),
        DocumentType.MIL: ("军人身份证件", "Military ID"),
        DocumentType.SEAMAN: ("海员证", "Seafarer's Passport"),
        DocumentType.OTHER: ("其他", "Other"),
    }
)
