"""The log: arithmetic over bytes. It knows no hotels; an auditor can use it alone."""
