"""A rehearsal: a whole shift worked by robots on real programs, over a network that fails, and proven from the files.

`warehouse` invents the warehouse · `proxy` is the network that can be cut · `crew` are the terminals' processes
· `robot` answers what a terminal asks · `shift` runs it all · `proof` reads the files afterwards · `card` prints it.
"""
