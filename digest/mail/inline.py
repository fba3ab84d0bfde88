"""HTML with a style block in, HTML with styles inline out. premailer lives here only, and fetches nothing."""

from __future__ import annotations

LOUDER_THAN_CRITICAL = 60  # cssutils logs every property that it does not know (mso-…); none is a fault


def inline(html: str) -> str:
    """A whole document with the rules of its <style> written into its elements.

    A <style data-premailer="ignore"> stays as it is: that is where `@media` belongs, with its `!important`.
    Needs `<!DOCTYPE html>` in capitals, or premailer drops it. Costs 4 to 40 ms a mail: call it once a run.
    """
    import cssutils
    from premailer import Premailer

    cssutils.log.setLevel(LOUDER_THAN_CRITICAL)
    inliner = Premailer(
        strip_important=False,  # the default strips !important from @media too, and so breaks dark mode
        allow_network=False,  # the default fetches linked stylesheets
        disable_validation=True,  # or mso-… and -apple-system fall out
    )
    return f"{inliner.transform(html, pretty_print=False)}\n"
