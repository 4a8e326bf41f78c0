"""Barcodes: what a code is by its form (`parse_scan`), and what it means at this site (`meaning`)."""

from scanner_client.core.barcode.meaning import meaning
from scanner_client.core.barcode.parse import parse_scan
from scanner_client.core.barcode.result import Parsed

__all__ = ["Parsed", "meaning", "parse_scan"]
