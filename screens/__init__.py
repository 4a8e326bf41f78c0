"""What the operator sees: one Textual shell screen, one screen per kind of step, the widgets and the style sheet.

A screen paints a `scanner_client.core.view` value and posts events; it holds no rule and does no input or output of
its own, so every frame can be tested as text.
"""
