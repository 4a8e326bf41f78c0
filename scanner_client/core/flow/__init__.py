"""Flows: the model, the reader of TOML, the checker. Also what the ledger imports to check a flow at publishing."""

from scanner_client.core.flow.check import Finding, Words, check_flow
from scanner_client.core.flow.model import Flow, Library, Option, Step, StepKind, Transition
from scanner_client.core.flow.toml import FlowError, read_flow

__all__ = [
    "Finding",
    "Flow",
    "FlowError",
    "Library",
    "Option",
    "Step",
    "StepKind",
    "Transition",
    "Words",
    "check_flow",
    "read_flow",
]
