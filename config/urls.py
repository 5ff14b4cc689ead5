"""Every route of the site: each room brings its own, here is only their order."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from api import site
from api.access.sign_in import SignInView

urlpatterns = [
    path("api/docs/", site.reference_page, name="api-reference"),
    path("api/", include("api.urls")),
    path("engine-rest/", include("api.engine_rest.urls")),
    path("login/", SignInView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("tokens/", site.token_page, name="tokens"),
    path("tokens/<int:token>/revoke/", site.revoke, name="token-revoke"),
    path("events/", include("api.mapping_urls")),
    path("", include("designer.urls")),
    path("", include("monitor.urls")),
    path("", include("inbox.urls")),
    path("", include("gallery.urls")),
]
