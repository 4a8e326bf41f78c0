"""Drivers for hardware: scanners that type, on a serial line or on the network, the signals back, and a simulated twin.

A driver turns bytes into a scan and a signal into bytes. It knows neither flows nor operations and imports nothing
else of ours; the composition root in `scanner_client` plugs it into the ports.

`ports` what a device is to the rest · `framing`, `burst`, `wedge`, `decoding` pure: bytes become codes · `line` a line
that comes and goes · `serial_port`, `finding`, `tcp` kinds of lines · `profiles`, `configured` makes and settings ·
`feedback` signals · `simulated` a scanner without hardware · `faults` what can be wrong, as sentences.
"""
