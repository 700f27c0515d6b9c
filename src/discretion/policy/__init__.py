"""The policy table: loaded whole or not at all, decided without a clock or a machine."""
