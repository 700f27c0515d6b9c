"""What the rules of an import mean, in words. A rule that is not here is shown as its code."""

from __future__ import annotations

from typing import Final

from discretion.faces.kit.words import marked

RULES: Final = {
    # --- of one row
    "amount": marked("no sum of money"),
    "card_number": marked("holds the number of a payment card, which is never kept"),
    "choice": marked("none of the values this field can have"),
    "columns": marked("another number of columns than the first line"),
    "contradiction": marked("says something else than another column of the row"),
    "date_parts": marked("no such date"),
    "depth": marked("nested too deeply"),
    "encoding": marked("holds bytes that are no text in this encoding"),
    "form": marked("not in the form this field has"),
    "image": marked("holds an image, which is never kept"),
    "json": marked("no JSON"),
    "length": marked("too long"),
    "missing": marked("is missing"),
    "month_unknown": marked("no English name of a month"),
    "object_unknown": marked("nothing this format knows"),
    "occupied": marked("another guest is in this room"),
    "property_unknown": marked("this hotel has no property here"),
    "range": marked("outside what can be"),
    "refused": marked("refused by the database"),
    "reversed": marked("before the arrival"),
    "size": marked("too large"),
    "state_unknown": marked("a state that this format does not have; it is never guessed"),
    "taken": marked("another reservation has this number"),
    "type": marked("of another type than this field"),
    "unknown": marked("unknown"),
    # --- of the whole file
    "column_missing": marked("the file has no such column"),
    "column_twice": marked("the column stands twice"),
    "date_order_mixed": marked("dates are written in two orders; mend the file"),
    "date_order_other": marked("the dates prove another order than --date-order says"),
    "date_order_unknown": marked("nothing proves how dates are written; say it with --date-order"),
    "empty": marked("the file is empty"),
    "encoding_unknown": marked("there is no such encoding"),
    "header": marked("the first line cannot be read"),
    "mapping": marked("mend the mapping here"),
    "mapping_field": marked("the mapping names no field of ours"),
    "mapping_missing": marked("a plain CSV needs --mapping"),
    "mapping_size": marked("the mapping is larger than 64 KiB"),
    "mapping_state": marked("the mapping names no state of ours"),
    "mapping_toml": marked("the mapping is not TOML"),
    "mapping_twice": marked("the mapping fills this field twice"),
    "unreadable": marked("the file is missing or cannot be read"),
}
