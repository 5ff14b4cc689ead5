"""Routes of the pages of event mappings."""

from django.urls import path

from api import mapping_pages
from api.urls import NumberConverter  # noqa: F401 registers the converter

urlpatterns = [
    path("", mapping_pages.mapping_list, name="event-mappings"),
    path("new/", mapping_pages.new_mapping, name="event-mapping-new"),
    path("try/", mapping_pages.try_mapping, name="event-mapping-try"),
    path("<number:mapping>/", mapping_pages.one_mapping, name="event-mapping"),
    path("<number:mapping>/delete/", mapping_pages.delete_mapping, name="event-mapping-delete"),
]
