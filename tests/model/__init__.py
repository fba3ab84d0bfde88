"""The ledger and the pipeline, driven against a model of what they promise."""
