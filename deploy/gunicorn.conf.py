"""gunicorn for the web side: `gunicorn -c deploy/gunicorn.conf.py "digest.cli.web:application()"`.

Run it in the folder of digest.toml, or name the file in DIGEST_CONFIG; web.proxies must count the proxy
before it. Each worker counts requests for itself, so that limits are `workers` times as wide.
"""

bind = "127.0.0.1:8000"
workers = 2
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 10
keepalive = 5
limit_request_line = 8190
limit_request_fields = 60
# No access log: its lines hold paths, and paths hold readers' tokens. The web side writes one of its own.
accesslog = None
# Whom to believe about the client is web.proxies' to say.
forwarded_allow_ips = ""


def post_worker_init(worker):
    """Let a worker log its failures alone: its warnings quote what it cannot read, tokens and all."""
    worker.log.error_log.setLevel("ERROR")
