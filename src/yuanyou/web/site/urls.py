"""Addresses that anybody may open."""

from django.urls import path

from yuanyou.web.site import offline, views, ways

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("plans/", views.plans, name="plans"),
    path("plans/<slug:code>/", views.plan, name="plan"),
    path("help/", views.help_, name="help"),
    path("help/verify/", views.verify, name="verify"),
    path("how-to-pay/", ways.ways, name="ways"),
    path("how-to-pay/currency/", ways.choose, name="about-currency"),
    path("faq/", views.faq, name="faq"),
    path("terms/", views.terms, name="terms"),
    path("refunds/", views.refunds, name="refunds"),
    path("privacy/", views.privacy, name="privacy"),
    path("app/", views.app, name="app"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("offline/<slug:language>/", offline.page, name="offline"),
    path("worker-<slug:language>.js", offline.worker, name="worker"),
    path("robots.txt", views.robots, name="robots"),
]
