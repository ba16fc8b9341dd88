"""Every address of the site, each surface in its own file."""

from django.urls import include, path

handler500 = "yuanyou.web.shared.errors.server_error"

urlpatterns = [
    path("", include("yuanyou.web.site.urls")),
    path("", include("yuanyou.web.customer.sign_in_urls")),
    path("", include("yuanyou.web.console.sign_in_urls")),
    path("", include("yuanyou.web.customer.urls")),
    path("console/", include("yuanyou.web.console.urls")),
    path("hooks/", include("yuanyou.web.hooks.urls")),
]
