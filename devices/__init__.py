"""Drivers for hardware: scanners (serial, wedge, socket, HID), printers, scales and signals, and their simulated twins.

A driver turns bytes into a scan and a signal into bytes. It knows neither flows nor operations and imports nothing
else of ours; the composition root in `scanner_client` plugs it into the ports.
"""
