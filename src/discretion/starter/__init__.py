"""The starter: makes the data directory, the database, its roles and schema, and runs the programs over them.

It stands between the faces and the office, and cannot import the keeper: it runs `python -m discretion.keeper` as any
operator would.
"""
