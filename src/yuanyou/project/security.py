"""Where a form may lead: to us and to the pay pages of the companies that are set up."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

from yuanyou import wiring


class PayPages(CSPMiddleware):
    """The policy of `settings`, and the pay pages: adapters name them, and are made after `settings`."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002  as django-csp calls it
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        parts.update = {**(parts.update or {}), "form-action": list(wiring.pay_hosts())}
        return parts
