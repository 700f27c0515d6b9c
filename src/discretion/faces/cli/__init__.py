"""The command line.

A new command is one module here, `<noun>.py`, with a click command or group, and one line in `menu.py`:

* it takes the `Terminal` by `@click.pass_obj`, and returns an `Exit` (or None for `Exit.OK`);
* help texts are English message ids in `marked(…)`; sentences at run time are `_("…", name=value)` of `terminal`;
* what goes wrong is raised: `StarterError`, `SettingsError`, or `Trouble(code, …)` with a line in `trouble.py`;
* results go through `Terminal.show`, everything else through `Terminal.say` and `Terminal.progress`.
"""
