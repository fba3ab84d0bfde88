"""Paper Digest: each morning, to each reader, the few new papers that matter to them, once."""

__version__ = "0.1.0"
