"""Mail that comes back: delivery reports, complaints, requests to leave. Reads folders and says what each
mail means; writes no ledger and answers nobody.
"""
