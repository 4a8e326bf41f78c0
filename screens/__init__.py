"""The terminal's window, in Textual: one screen that paints views, and an input driver that lets any byte through.

Bytes go up, views come down. There is no rule, no text and no file here; of ours only `scanner_client.core.view` is
imported. What a byte means is decided by the keyboard that is handed over (`ports`).

`opening` what stands on the screen before Textual is loaded · `app` the application · `driver` its input · `keys`
typed bytes as keys · `shell` the one screen · `rows` the one widget · `marks` which cells stand out · `hints` what a
tap means.
"""
