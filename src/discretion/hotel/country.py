"""Country codes: ISO 3166-1 alpha-3 inside, alpha-2 and machine-readable-zone codes at the edges.

Rules:
* Inside a record a country is its alpha-3 code, or empty when it was not given.
* A code that is not in the table maps to nothing; it is never guessed from its look.
* `GBD`, `GBN`, `GBO`, `GBP`, `GBS` (kinds of British nationality), `UNO`, `UNA`, `XXA` and the like are no
  countries of ISO 3166-1, but stand on documents: they are kept as nationalities.

Left to others: names of countries in words (Babel, in the faces); codes that a file misuses, such as `CN` beside
`CHN` in hotel_bookings.csv (its importer).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# ISO 3166-1, alpha-2 directly followed by alpha-3, and Kosovo by its user-assigned codes in common use.
# A test compares the table with Babel's territory aliases.
_PAIRS: Final = (
    "ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB "
    "BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR "
    "BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR "
    "CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK "
    "FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS "
    "GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN "
    "ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO "
    "LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD "
    "MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER "
    "NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM "
    "PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP "
    "SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF "
    "TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY "
    "UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE "
)

ALPHA3_OF_ALPHA2: Final = MappingProxyType({pair[:2]: pair[2:] for pair in _PAIRS.split()})
ALPHA2_OF_ALPHA3: Final = MappingProxyType({alpha3: alpha2 for alpha2, alpha3 in ALPHA3_OF_ALPHA2.items()})

# Codes of ICAO Doc 9303 part 3, section 5, that are no alpha-3 code: Germany, and Kosovo in two older spellings.
_ZONE_CODES: Final = MappingProxyType({"D": "DEU", "RKS": "XKX", "UNK": "XKX"})

# Issuers and nationalities of the same section that are no country; kept as they stand.
_NOT_COUNTRY_CODES: Final = (
    "EUE GBD GBN GBO GBP GBS UNA UNO XAA XBA XCC XCE XCO XDC XEC XES XIM XMP XOM XPO XXA XXB XXC XXX"
)
NOT_COUNTRIES: Final = frozenset(_NOT_COUNTRY_CODES.split())


def alpha3(code: str) -> str | None:
    """Return the alpha-3 code for an alpha-2 or alpha-3 code in any case, None if the table does not have it."""
    folded = code.strip().upper()
    if folded in ALPHA2_OF_ALPHA3:
        return folded
    return ALPHA3_OF_ALPHA2.get(folded)


def alpha2(code: str) -> str | None:
    """Return the alpha-2 code for an alpha-2 or alpha-3 code in any case, None if the table does not have it."""
    folded = code.strip().upper()
    if folded in ALPHA3_OF_ALPHA2:
        return folded
    return ALPHA2_OF_ALPHA3.get(folded)


def country_of_zone(code: str) -> str | None:
    """Return the code a record keeps for an issuer or nationality in a machine-readable zone, None if unknown.

    Shapes: `code` is three characters, `<` as filler (`D<<` for Germany). Source: ICAO Doc 9303 part 3, section 5.
    """
    bare = code.replace("<", "").upper()
    if bare in _ZONE_CODES:
        return _ZONE_CODES[bare]
    if bare in ALPHA2_OF_ALPHA3 or bare in NOT_COUNTRIES:
        return bare
    return None
