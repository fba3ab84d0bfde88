"""The demonstration: three days of invented listings, six invented readers, and sources that replay them."""
