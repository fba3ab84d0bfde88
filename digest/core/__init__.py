"""The pure core: listings in, papers, rankings, sections and slots out.

No clock, no network, no database, no log. Whatever varies (`now`, `today`, `limit`) is passed in.
"""
