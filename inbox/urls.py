"""Routes of this room. `key` is the converter of row keys that the API registers."""

from django.urls import path

from inbox import bulk, calls, lists, people, public, starts, tasks, wishes

app_name = "inbox"

urlpatterns = [
    path("", lists.home, name="home"),
    path("inbox/", lists.task_list, name="list"),
    path("inbox/count/", lists.counts, name="count"),
    path("inbox/next/", lists.next_task, name="next"),
    path("inbox/news/", calls.News.as_view(), name="news"),
    path("inbox/find/", calls.Find.as_view(), name="find"),
    path("inbox/people/", calls.People.as_view(), name="people-named"),
    path("inbox/views/", lists.save_view, name="save-view"),
    path("inbox/views/<str:slug>/", lists.saved_view, name="view"),
    path("inbox/views/<str:slug>/remove/", lists.remove_view, name="remove-view"),
    path("inbox/bulk/", bulk.bulk_page, name="bulk"),
    path("inbox/bulk/claim/", bulk.claim, name="bulk-claim"),
    path("inbox/bulk/assign/", bulk.assign, name="bulk-assign"),
    path("inbox/bulk/complete/", calls.CompleteMany.as_view(), name="bulk-complete"),
    path("inbox/<key:task>/", tasks.task_page, name="task"),
    path("inbox/<key:task>/claim/", tasks.claim, name="claim"),
    path("inbox/<key:task>/release/", tasks.release, name="release"),
    path("inbox/<key:task>/assign/", tasks.assign, name="assign"),
    path("inbox/<key:task>/delegate/", tasks.delegate, name="delegate"),
    path("inbox/<key:task>/resolve/", tasks.resolve, name="resolve"),
    path("inbox/<key:task>/plan/", tasks.plan, name="plan"),
    path("inbox/<key:task>/comment/", tasks.comment, name="comment"),
    path("inbox/<key:task>/attach/", tasks.attach, name="attach"),
    path("inbox/<key:task>/draft/", calls.TaskDraft.as_view(), name="task-draft"),
    path("files/", calls.Upload.as_view(), name="upload"),
    path("files/<uuid:file>/", tasks.download, name="file"),
    path("files/<uuid:file>/remove/", tasks.take_off, name="remove-file"),
    path("start/", starts.start_list, name="starts"),
    path("start/links/<uuid:link>/end/", starts.end_link, name="end-link"),
    path("start/<str:key>/", starts.start_page, name="start"),
    path("start/<str:key>/draft/", calls.StartDraft.as_view(), name="start-draft"),
    path("start/<str:key>/link/", starts.make_link, name="make-link"),
    path("started/", starts.started_list, name="started"),
    path("f/<str:token>/", public.public_page, name="public"),
    path("f/<str:token>/send/", public.Send.as_view(), name="public-send"),
    path("notices/", wishes.notice_list, name="notices"),
    path("notices/read/", wishes.read_all, name="notices-read"),
    path("settings/", wishes.settings_page, name="settings"),
    path("people/", people.rights_list, name="rights-list"),
    path("people/<str:key>/", people.rights_page, name="rights"),
]
