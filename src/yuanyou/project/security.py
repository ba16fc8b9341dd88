"""What a browser may load and where a form may lead: the Content-Security-Policy of `settings`."""

from csp.constants import NONE, SELF

from yuanyou.project.config import Config

PAY_PAGES = ("https://checkout.stripe.com",)
"""Where paying leads to: the providers' own pages."""


def content_security_policy(config: Config) -> dict[str, dict[str, list[str]]]:
    """Everything from us, nothing inline, framed by nobody. The demo's pay pages are the sandbox's."""
    pay_pages = [config.sandbox_url] if config.sandbox_url else list(PAY_PAGES)
    return {
        "DIRECTIVES": {
            "default-src": [SELF],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:"],
            "object-src": [NONE],
            "base-uri": [NONE],
            "form-action": [SELF, *pay_pages],
            "frame-ancestors": [NONE],
        }
    }
