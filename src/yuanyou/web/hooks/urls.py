from django.urls import path

from yuanyou.web.hooks import views

app_name = "hooks"
urlpatterns = [path("payments/<slug:provider>/", views.payment, name="payment")]
