"""The trusted room: it decides, records, then opens, and alone holds keys."""
