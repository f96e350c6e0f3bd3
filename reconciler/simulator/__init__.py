"""A stand-in for the CCAI Platform: the user part of its API over a loopback socket.

It is a second witness: it shares no code and no table with the product. What both answer to is data,
`record.json` here and the request and response pairs of the contract tests.
"""

from reconciler.simulator.simulator import Simulator

__all__ = ["Simulator"]
