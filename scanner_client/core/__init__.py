"""The pure core of the terminal: values, the meaning of barcodes, the flow model and its checker, the engine, the view.

Nothing here reads a clock, draws a random number or touches a file, a socket or a thread; whatever it needs of these
comes in as an argument, so one seed replays exactly. It imports nothing else of ours.
"""
