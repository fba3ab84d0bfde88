"""The web side as readers meet it: a real browser, a real server, real mails. Run by `make browser`."""
