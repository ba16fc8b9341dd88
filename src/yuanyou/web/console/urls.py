from django.urls import path

from yuanyou.web.console import disputes, log, people, reconciliation, refunds, views

app_name = "console"
urlpatterns = [
    path("", views.today, name="today"),
    path("lines/<str:ref>/", views.line, name="line"),
    path("lines/<str:ref>/ask/", views.ask_carrier, name="line-ask"),
    path("orders/<str:ref>/", views.order, name="order"),
    path("orders/<str:ref>/refund/<str:attempt>/", refunds.new, name="refund-new"),
    path("refunds/", refunds.waiting, name="refunds"),
    path("refunds/<str:ref>/", refunds.refund, name="refund"),
    path("refunds/<str:ref>/<str:verb>/", refunds.act, name="refund-act"),
    path("disputes/", disputes.waiting, name="disputes"),
    path("disputes/<str:ref>/", disputes.dispute, name="dispute"),
    path("disputes/<str:ref>/ask/", disputes.ask, name="dispute-ask"),
    path("disputes/<str:ref>/<str:verb>/", disputes.act, name="dispute-act"),
    path("reconciliation/", reconciliation.picture, name="reconciliation"),
    path("reconciliation/pull/", reconciliation.pull, name="pull"),
    path("reconciliation/cases/<int:case_id>/", reconciliation.case, name="case"),
    path("customers/<int:customer_id>/", people.customer, name="customer"),
    path("customers/<int:customer_id>/erase/", people.erase, name="erase"),
    path("reveal/<str:subject>/", people.reveal, name="reveal"),
    path("log/", log.log, name="log"),
    path("books/", views.books, name="books"),
]
