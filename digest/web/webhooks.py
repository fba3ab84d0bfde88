"""What SendGrid posts of our mails later, taken in. Nothing of a post is believed before its signature.

The answer is 204 once all of it is committed. Any other makes SendGrid post it again, which does no harm: an
event is kept once. Where no `mail.sendgrid.webhook_key` is configured there is nothing here.
"""

from __future__ import annotations

import flask

from digest.errors import WebhookError
from digest.web.desk import desk
from digest.web.problems import Problem
from digest.web.security import body_limit

blueprint = flask.Blueprint("webhooks", __name__)

MAX_BYTES = 1024 * 1024  # SendGrid posts when 768 kilobytes have come together


@blueprint.post("/webhooks/sendgrid")
@body_limit(MAX_BYTES)
def sendgrid() -> flask.Response:
    """One post of events, byte for byte as it came."""
    from digest.mailers.sendgrid_events import read_events

    desk_ = desk()
    if not desk_.webhook_key:
        raise Problem(404)
    try:
        events = read_events(
            dict(flask.request.headers),
            flask.request.get_data(cache=False),
            public_key=desk_.webhook_key,
            now=desk_.clock(),
            max_bytes=MAX_BYTES,
        )
    except WebhookError as error:
        desk_.tell("webhook.refused", teller="sendgrid", status=error.status, reason=str(error))
        response = flask.jsonify(error=str(error))
        response.status_code = error.status
        return response
    done = desk_.store.events.absorb(events, soft_bounces=desk_.soft_bounces, now=desk_.clock())
    desk_.tell(
        "webhook.taken",
        teller="sendgrid",
        events=len(events),
        new=done.new,
        moved=done.moved,
        suppressed=done.suppressed,
        foreign=done.foreign,
    )
    return flask.Response(status=204)
