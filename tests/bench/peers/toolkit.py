# mypy: ignore-errors
"""django-oauth-toolkit as a server of token introspection (RFC 7662), in a virtualenv of its own.

`python toolkit.py prepare` migrates and fills its tables; `toolkit:application` is the WSGI
application. Settings are those that its documentation recommends for this: the resource server
comes with a bearer token of scope `introspection`, DEBUG is off, connections are kept.
"""

import hashlib
import os
import sys

import django
from django.conf import settings

RESOURCE_SERVER = "resource-server-token"

settings.configure(
    SECRET_KEY="x" * 50,
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "oauth2_provider",
    ],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PEER_DATABASE"],
            "USER": os.environ["PEER_USER"],
            "PASSWORD": os.environ["PEER_PASSWORD"],
            "HOST": os.environ["PEER_HOST"],
            "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGGING_CONFIG=None,
    USE_TZ=True,
    OAUTH2_PROVIDER={"SCOPES": {"read": "Read", "introspection": "Introspect"}},
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import path  # noqa: E402
from oauth2_provider.views import IntrospectTokenView  # noqa: E402

urlpatterns = [path("o/introspect/", IntrospectTokenView.as_view())]
application = get_wsgi_application()

TOKENS = """
insert into oauth2_provider_accesstoken
    (token, token_checksum, expires, scope, application_id, user_id, created, updated, resource)
select token, encode(sha256(token::bytea), 'hex'), now() + interval '1 year', 'read', %s,
       %s + n %% 1000, now(), now(), {empty}
from (select n, 'token-' || md5(n::text) as token from generate_series(1, %s) as n) as tokens
"""


def prepare(count: int) -> None:
    """Its own migrations, a thousand users, one application, so many tokens that are good."""
    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import User
    from oauth2_provider.models import Application

    User.objects.bulk_create(
        (User(username=f"user{n}") for n in range(1000)), ignore_conflicts=True
    )
    first = User.objects.order_by("id").first().id
    made = Application.objects.create(
        client_type="confidential", authorization_grant_type="client-credentials", name="bench"
    )
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # its keys are right
        cursor.execute("set maintenance_work_mem = '1GB'")
        cursor.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid = 'oauth2_provider_accesstoken'::regclass and contype = 'u'"
        )
        unique = cursor.fetchall()
        for name, _ in unique:
            cursor.execute(f'alter table oauth2_provider_accesstoken drop constraint "{name}"')
        cursor.execute(
            "select indexname, indexdef from pg_indexes"
            " where tablename = 'oauth2_provider_accesstoken' and indexname not in"
            " (select conname from pg_constraint)"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'drop index "{name}"')
        empty = "'[]'" if _kind_of_resource(cursor) == "jsonb" else "''"
        cursor.execute(TOKENS.format(empty=empty), [made.id, first, count])
        checksum = hashlib.sha256(RESOURCE_SERVER.encode()).hexdigest()
        cursor.execute(
            "insert into oauth2_provider_accesstoken (token, token_checksum, expires, scope,"
            " application_id, user_id, created, updated, resource)"
            " values (%s, %s, now() + interval '1 year', 'introspection', %s, %s, now(), now(),"
            f" {empty})",
            [RESOURCE_SERVER, checksum, made.id, first],
        )
        for name, definition in unique:
            cursor.execute(
                f'alter table oauth2_provider_accesstoken add constraint "{name}" {definition}'
            )
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("vacuum (analyze) oauth2_provider_accesstoken")


def _kind_of_resource(cursor) -> str:
    cursor.execute(
        "select data_type from information_schema.columns"
        " where table_name = 'oauth2_provider_accesstoken' and column_name = 'resource'"
    )
    return cursor.fetchone()[0]


if __name__ == "__main__" and sys.argv[1] == "prepare":
    prepare(int(sys.argv[2]))
