"""One table: what can go wrong, in words, and how the command then ends.

Every code of the starter, the settings and the keeper's start stands here once. An unknown one becomes a neutral
sentence with its code, so that nothing is ever swallowed.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.cli.exits import Exit
from discretion.faces.kit.words import marked

if TYPE_CHECKING:
    from collections.abc import Mapping


class Trouble(Exception):  # noqa: N818 - people read this word
    """A command cannot do what it was asked; `code` stands in the table below, `params` fill its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params: Mapping[str, str] = MappingProxyType({key: str(value) for key, value in params.items()})
        super().__init__(code)


_AWAY, _PROBLEM, _CONFLICT = Exit.UNAVAILABLE, Exit.PROBLEM, Exit.CONFLICT

SENTENCES: Final[Mapping[str, tuple[str, Exit]]] = {
    # --- the data directory
    "already_running": (marked("Discretion already runs on %(path)s. Stop that one first, or name another directory with --data."), _CONFLICT),
    "not_running": (marked("Discretion does not run on %(path)s. Start it: discretion serve"), _AWAY),
    "already_installed": (marked("There is an installation in %(path)s already. Run it: discretion serve"), _CONFLICT),
    "directory_not_empty": (marked("%(path)s holds other files. Name an empty or a new directory with --data."), _CONFLICT),
    "installation_unfinished": (marked("The installation in %(path)s was never finished. Run discretion init again."), _CONFLICT),
    "directory_unwritable": (marked("%(path)s cannot be written. Give this account the right, or name another directory with --data."), Exit.NOT_ALLOWED),
    "directory_not_ours": (marked("%(path)s belongs to another account. Remove it, or name another directory with --data."), Exit.NOT_ALLOWED),
    "directory_closed": (marked("The account %(account)s may not enter %(path)s. Name a directory it can reach, such as /var/lib/discretion, with --data."), Exit.NOT_ALLOWED),
    "disk_full": (marked("The disk is full. Nothing was lost. Make room (at least 100 MB), then start again."), Exit.FAILURE),
    # --- settings and secrets
    "settings_missing": (marked("There is no settings file at %(found)s. Make an installation: discretion init"), Exit.NOT_FOUND),
    "settings_unreadable": (marked("The settings file %(found)s cannot be read by this account."), Exit.NOT_ALLOWED),
    "settings_size": (marked("The settings file %(found)s is larger than 256 KiB."), Exit.FAILURE),
    "settings_toml": (marked("The settings file is not TOML: %(found)s"), Exit.FAILURE),
    "settings_value": (marked("Settings, %(key)s: %(found)s"), Exit.FAILURE),
    "settings_time_zone": (marked("Settings, %(key)s: “%(found)s” is no time zone. Write one such as Asia/Shanghai."), Exit.FAILURE),
    "settings_plain_http": (marked("Settings, %(key)s: plain HTTP is served on loopback only, not on “%(found)s”. Give tls_cert and tls_key, or stand behind a reverse proxy and listen on 127.0.0.1."), Exit.FAILURE),
    "settings_origin": (marked("Settings, %(key)s: “%(found)s” cannot be the origin. Write https:// and the host browsers show, without a path; http:// only for localhost."), Exit.FAILURE),
    "settings_tls": (marked("Settings, %(key)s is missing: an https origin needs tls_cert and tls_key, or behind_proxy = true."), Exit.FAILURE),
    "settings_rp_id": (marked("Settings, %(key)s: “%(found)s” must be the host of house.origin or a domain above it."), Exit.FAILURE),
    "settings_demo": (marked("Settings, %(key)s: a real installation cannot become a demo. Write demo = false."), Exit.FAILURE),
    "settings_twice": (marked("Settings, %(key)s: “%(found)s” stands twice."), Exit.FAILURE),
    "secret_missing": (marked("The secret %(found)s is missing or cannot be read. Put it back from your backup."), Exit.FAILURE),
    "secret_open": (marked("Others can read %(found)s. Close it: chmod 600 %(found)s"), Exit.FAILURE),
    "secret_bad": (marked("The secret %(found)s must be one line of text. Put it back from your backup."), Exit.FAILURE),
    "root_key_missing": (marked("The root key is missing. Without it no record opens: put secrets/root.key back from your backup. Nothing was changed."), Exit.FAILURE),
    "root_key_open": (marked("Others can read the root key. Close it: chmod 600 secrets/root.key"), Exit.FAILURE),
    "root_key_bad": (marked("The root key is damaged: it must be 32 bytes as one line of base64. Put secrets/root.key back from your backup."), Exit.FAILURE),
    "root_key_wrong": (marked("This root key is not the one of this database. Put the right secrets/root.key back. Nothing was changed."), Exit.FAILURE),
    # --- PostgreSQL
    "postgres_missing": (marked("PostgreSQL did not come with this platform's package. Use a server of your own: discretion init --database-host …"), Exit.FAILURE),
    "postgres_as_root": (marked("PostgreSQL does not run as root, and there is no account “%(account)s” for it. Make one: useradd --system %(account)s"), Exit.NOT_ALLOWED),
    "setpriv_missing": (marked("To run PostgreSQL as the account “%(account)s”, root needs the program setpriv (package util-linux). Or start Discretion as an ordinary account."), Exit.FAILURE),
    "database_setup_failed": (marked("PostgreSQL could not set up its files: %(detail)s"), Exit.FAILURE),
    "database_files_missing": (marked("The database's files are missing: %(path)s. Put the data directory back from your backup."), Exit.FAILURE),
    "database_files_version": (marked("The database's files are of PostgreSQL %(found)s, this program brings %(needed)s. Upgrade them with pg_upgrade first; nothing was changed."), Exit.FAILURE),
    "database_still_running": (marked("A PostgreSQL of an earlier start still works on these files (process %(pid)s). Wait for it or end it, then start again."), _AWAY),
    "database_failed": (marked("PostgreSQL did not start: %(detail)s (log: %(log)s)"), _AWAY),
    "database_away": (marked("The database does not answer. Start it, or mend [database] in the settings."), _AWAY),
    "database_missing": (marked("There is no database “%(name)s” at %(place)s."), _AWAY),
    "database_password": (marked("The database at %(place)s refuses the password of “%(role)s”. Mend secrets/superuser.password."), Exit.NOT_ALLOWED),
    "database_in_use": (marked("The database “%(name)s” already holds an installation. Name another one with --database-name."), _CONFLICT),
    "database_not_prepared": (marked("The database role “%(role)s” may not do this. It needs CREATEROLE and CREATEDB, or membership in discretion_owner."), Exit.NOT_ALLOWED),
    "database_too_old": (marked("The database is PostgreSQL %(found)s, which has known holes. At least %(needed)s is needed."), _AWAY),
    "database_version": (marked("The database's version is too old. PostgreSQL 15.14, 16.10, 17.6 or 18 is needed."), _AWAY),
    "database_setting": (marked("The database has %(name)s = %(found)s; it could lose what it acknowledged. Set it to %(needed)s."), _AWAY),
    "database_durability": (marked("The database may lose what it acknowledged. Set fsync, full_page_writes and synchronous_commit to on."), _AWAY),
    "database_encoding": (marked("The database's encoding is %(found)s; it must be UTF8."), _AWAY),
    "database_newer": (marked("The database was brought up to date by a newer version (%(name)s). Install that version; nothing was changed."), _CONFLICT),
    "migration_edited": (marked("The migration %(name)s is not the one that was applied to this database. Install the version that belongs to it; nothing was changed."), _PROBLEM),
    "migration_failed": (marked("The migration %(name)s failed and was taken back: %(detail)s"), Exit.FAILURE),
    "role_missing": (marked("The database lacks the role %(role)s. Put the database back from your backup, or run discretion init on a new one."), Exit.FAILURE),
    "role_excessive": (marked("The database role %(role)s may do more than a program should. Take superuser, createrole, createdb, replication and bypassrls from it."), _PROBLEM),
    # --- programs
    "program_failed": (marked("The program “%(program)s” ended before it was ready. Its log says why: %(log)s"), Exit.FAILURE),
    "program_slow": (marked("The program “%(program)s” was not ready within five minutes. Its log: %(log)s"), _AWAY),
    "address_in_use": (marked("Another program listens at the house's address. End it, or change house.port in the settings."), _CONFLICT),
    "address_taken": (marked("Another program listens at the house's address. End it, or change house.port in the settings."), _CONFLICT),
    "address_unusable": (marked("The house cannot listen at its address. Change house.host or house.port in the settings."), Exit.FAILURE),
    "keeper_away": (marked("The keeper does not answer. Start Discretion: discretion serve"), _AWAY),
    "property_refused": (marked("The property %(property)s was refused: %(reason)s"), Exit.FAILURE),
    "unpublished": (marked("No checkpoint of this ledger is signed yet. Run discretion serve; it signs one within ten seconds."), Exit.NOT_FOUND),
    "export_not_empty": (marked("%(path)s holds other files. Name an empty or a new directory."), _CONFLICT),
    "entry_unknown": (marked("There is no such entry. The signed ledger has %(size)s, from 0 on."), Exit.NOT_FOUND),
    "published_missing": (marked("%(path)s is not there, or holds no published ledger."), Exit.NOT_FOUND),
    "log_away": (marked("The log at %(path)s cannot be read now (%(what)s). Try again, or ask whoever publishes it."), _AWAY),
    "log_address": (marked("Write the address with https:// and nothing but host and path; http:// only for this machine."), Exit.USAGE),
    "log_needed": (marked("%(flag)s goes with a directory or an address, not with a proof."), Exit.USAGE),
    "proof_needed": (marked("%(flag)s goes with a proof, not with a directory or an address."), Exit.USAGE),
    "reader_key_refused": (marked("%(path)s wants a reader's key, or another one: --reader-key-file FILE. Whoever runs the hotel's system makes one."), Exit.NOT_ALLOWED),
    "reader_key_bad": (marked("%(path)s holds no reader's key: one line, without blanks."), Exit.USAGE),
    "trust_bad": (marked("%(path)s is no policy of trust (tlog-policy). Line to mend: %(line)s"), Exit.USAGE),
    "key_bad": (marked("%(path)s holds no key of a ledger: one line, name+id+key."), Exit.USAGE),
    "property_unknown": (marked("There is no such property in the settings."), Exit.NOT_FOUND),
    "property_not_founded": (marked("A property of the settings has no ledger in this database. Is it the right database?"), _PROBLEM),
    "founded_already": (marked("This property has its ledger already."), _CONFLICT),
    "ledger_disagrees": (marked("The ledger does not agree with itself, so nothing is served. Find the first bad entry: discretion ledger verify"), _PROBLEM),
    "ledger_behind": (marked("The ledger ends before what its signer has signed: this database is an old backup or a stale copy. Nothing is served, nothing was changed. Start with the newest database, or put the missing entries back: discretion ledger recover --help"), _PROBLEM),
    "ledger_forked": (marked("The ledger is not the one its signer has signed: somebody has rewritten it. Nothing is served, nothing was changed. Keep this database as evidence, and start with a copy from before: docs/running.md"), _PROBLEM),
    "ledger_stopped": (marked("An outside witness, or the daily reading of the entries, has found this ledger inconsistent; it was stopped, and the evidence is kept (signer/*.stopped). Nothing is served. See docs/running.md before anything else."), _PROBLEM),
    "clock_behind": (marked("This machine's clock is behind what an outside witness has signed already. Set it right (chrony, NTP), then start again."), Exit.FAILURE),
    "witnesses_bad": (marked("Settings, %(key)s: the witnesses cannot be used (tlog-policy: witness, group, quorum; https addresses). %(found)s"), Exit.FAILURE),
    "witnesses_needed": (marked("The policy has outside witnesses confirm an entry before anything is opened, and the settings name none. Write witnesses.policy, or change the policy."), Exit.FAILURE),
    "signer_memory_missing": (marked("The signer's memory is missing (signer/). Put it back as it was last, never an older copy. If it is lost with its machine: discretion ledger recover --new-memory"), Exit.FAILURE),
    "signer_memory_open": (marked("Others can read or write the signer's memory. Close it: chmod -R go= signer"), Exit.FAILURE),
    "signer_memory_bad": (marked("The signer's memory is damaged (signer/). If there is no other copy of it as it was last: discretion ledger recover --new-memory"), Exit.FAILURE),
    "guest_id_bad": (marked("A guest's id is 32 hexadecimal digits, as in the address of the record."), Exit.USAGE),
    "guest_unknown": (marked("There is no such guest at this property. The asking was entered."), Exit.NOT_FOUND),
    "keeper_refused": (marked("The keeper did not do it (%(reason)s)."), Exit.FAILURE),
    "because_bad": (marked("--because takes one line of at most 200 characters."), Exit.USAGE),
    "recover_checkpoint": (marked("The checkpoint of this export is not signed by this ledger's key."), _PROBLEM),
    "recover_short": (marked("This export does not hold every entry that was signed. A newer one is needed; nothing was changed."), _PROBLEM),
    "recover_misfit": (marked("This export does not go on from the entries that are here. Nothing was changed."), _PROBLEM),
    "recover_nothing": (marked("No entry is missing. Nothing was changed."), _CONFLICT),
    "recover_not_stopped": (marked("This ledger was not stopped. Nothing was changed."), _CONFLICT),
    "export_damaged": (marked("%(path)s is not a whole export of a ledger."), _PROBLEM),
    "policy_missing": (marked("The policy file of the settings is not there."), Exit.NOT_FOUND),
    "policy_refused": (marked("The policy file is refused. See why: discretion policy check"), _PROBLEM),
    # --- facts of the house, as the office refuses them
    "office_not_found": (marked("There is nobody by this staff number, or no such entry."), Exit.NOT_FOUND),
    "office_number": (marked("A staff number is 1 to 20 letters, digits and dashes."), Exit.USAGE),
    "office_number_taken": (marked("Somebody else has this staff number."), _CONFLICT),
    "office_name": (marked("A name of 1 to 120 characters is needed."), Exit.USAGE),
    "office_language": (marked("The language is zh or en."), Exit.USAGE),
    "office_role": (marked("“%(role)s” is no role of the policy, or not held then."), Exit.USAGE),
    "office_dates": (marked("The last day must come after the first, for training by at most 1100 days."), Exit.USAGE),
    "office_badge": (marked("A badge number is 4 to 40 letters, digits and dashes, and must be in use to be withdrawn."), Exit.USAGE),
    "office_badge_taken": (marked("Somebody else uses this badge. Withdraw it first: discretion staff badge … --withdraw"), _CONFLICT),
    "office_duty": (marked("“%(duty)s” is no duty of the policy."), Exit.USAGE),
    "office_reader_name": (marked("The name of a reader is 1 to 80 characters."), Exit.USAGE),
    "office_reader_taken": (marked("A reader of this name has a key already. End it first: discretion ledger reader remove NAME"), _CONFLICT),
    "office_reader_unknown": (marked("No reader of this name has a key. See: discretion ledger reader list"), Exit.NOT_FOUND),
    "office_times": (marked("A shift ends after it begins, within 24 hours."), Exit.USAGE),
    "office_course": (marked("A course of 1 to 80 characters is needed."), Exit.USAGE),
    "office_version": (marked("A version of 1 to 40 characters is needed."), Exit.USAGE),
    "office_future": (marked("A completion that has not happened yet does not count."), Exit.USAGE),
    "office_calendar": (marked("This is no whole iCalendar file."), Exit.USAGE),
    "office_course_file": (marked("The course's file cannot be used: %(what)s"), Exit.USAGE),
    "office_kind": (marked("There is no such kind of lock."), Exit.USAGE),
    "office_own_lock": (marked("Nobody locks or releases themselves."), Exit.NOT_ALLOWED),
    "office_reason": (marked("Say why, in one line of at most 200 characters."), Exit.USAGE),
    "office_until": (marked("The end must lie ahead."), Exit.USAGE),
    "office_version_taken": (marked("Version %(version)s has another text already. Give the new text a new version."), _CONFLICT),
    "office_csv_size": (marked("The file is too large: at most 2 MB and 10,000 rows."), Exit.USAGE),
    "office_csv_encoding": (marked("The file is not UTF-8. Save it as CSV UTF-8."), Exit.USAGE),
    "office_csv_header": (marked("The first line of the file must be: %(header)s"), Exit.USAGE),
    # --- files that are brought in
    "import_file": (marked("Nothing was imported: %(why)s"), Exit.FAILURE),
    "import_another_import": (marked("Another import runs. Wait for it to end."), _CONFLICT),
    "import_plan_stale": (marked("The plan is stale: the file, or what is here already, has changed. Plan again: discretion import plan"), _CONFLICT),
    "import_generated_beside_real": (marked("This property has real guests. People are made up only where there are none."), Exit.NOT_ALLOWED),
    "import_hotel_unknown": (marked('Which property is “%(hotel)s”? Say it: --hotel "%(hotel)s=CODE". The codes here: %(codes)s. Another hotel: discretion property add'), Exit.USAGE),
    "import_stopped": (marked("The keeper took no more (%(reason)s). What is in stays in; run the same import again to go on."), _AWAY),
    "import_errors_unwritable": (marked("The error file %(path)s cannot be written."), Exit.FAILURE),
    # --- the command line itself
    "input_needed": (marked("Nobody can answer here. Give %(flag)s."), Exit.USAGE),
    "interrupted": (marked("Stopped."), Exit.INTERRUPTED),
    "bug": (marked("Something went wrong inside Discretion (%(kind)s). Run it again with --debug and send us the end of what it prints; it holds no guest data."), Exit.FAILURE),
}
UNKNOWN: Final = (marked("This did not work (%(code)s)."), Exit.FAILURE)
