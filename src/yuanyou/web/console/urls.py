from django.urls import path

from yuanyou.web.console import views

app_name = "console"
urlpatterns = [
    path("", views.today, name="today"),
    path("lines/<str:ref>/", views.line, name="line"),
    path("orders/<str:ref>/", views.order, name="order"),
    path("books/", views.books, name="books"),
]
