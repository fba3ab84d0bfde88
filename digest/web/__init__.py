"""The web side: pages, forms, feeds and an API over what is kept. `app.create_app` makes it of a `Desk`.

GET and HEAD change no row. A page that a token opens needs no session; a session is only for a browser whose
reader wanted to be remembered, and for the operator.
"""
