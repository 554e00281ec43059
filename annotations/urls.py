from django.contrib.auth import views as auth_views
from django.urls import URLPattern, path

from annotations.views import account, coins, home

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("account/login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("account/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("account/", account.account, name="account"),
    path("coins/", coins.search, name="search"),
    path("coins/<path:identifier>", coins.coin, name="coin"),
]
