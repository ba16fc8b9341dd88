from django.urls import path

from yuanyou.web.customer import (
    auto_renewal,
    buy,
    elsewhere,
    home,
    order,
    receipts,
    renew,
    start_now,
    ways_to_pay,
    who_pays,
)

app_name = "customer"
urlpatterns = [
    path("home/", home.home, name="home"),
    path("lite/", home.lite, name="lite"),
    path("lines/<str:ref>/", home.line, name="line"),
    path("lines/<str:ref>/install/", home.install, name="install"),
    path("lines/<str:ref>/start-now/", start_now.confirm, name="start-now"),
    path("lines/<str:ref>/auto-renewal/", auto_renewal.switch, name="auto-renewal"),
    path("auto-renewal/<str:signed>/", auto_renewal.stop, name="stop-auto-renewal"),
    path("lines/<str:ref>/renew/", renew.renew, name="renew"),
    path("renew/", renew.find, name="find"),
    path("renew/<str:signed>/", renew.guest, name="guest-renew"),
    path("buy/<slug:code>/", buy.buy, name="buy"),
    path("top-up/", buy.fill_wallet, name="top-up"),
    path("orders/<str:ref>/<uuid:token>/", order.show, name="order"),
    path("orders/<str:ref>/<uuid:token>/landed/", order.landed, name="landed"),
    path("orders/<str:ref>/<uuid:token>/pay/", order.pay, name="pay"),
    path("orders/<str:ref>/<uuid:token>/receipt/", receipts.receipt, name="receipt"),
    path("orders/<str:ref>/<uuid:token>/receipt.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path("who-pays/", who_pays.known, name="known"),
    path("go-on/<str:signed>/", elsewhere.go_on, name="go-on"),
    path("account/ways-to-pay/", ways_to_pay.overview, name="ways-to-pay"),
    path("account/ways-to-pay/<str:ref>/place/", ways_to_pay.place, name="place-way-to-pay"),
    path("account/ways-to-pay/<str:ref>/remove/", ways_to_pay.remove, name="remove-way-to-pay"),
    path("receipts/", receipts.receipts, name="receipts"),
]
