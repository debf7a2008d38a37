"""What the portal is told, and what it refuses to start with (SEC-91)."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from app.http.words import clock_time, day_and_time, long_date
from app.settings import Settings, SettingsFault
from consent.register import load
from tests.unit.http.fakes import demonstration

NOW = datetime(2026, 1, 12, 15, 12, 25, tzinfo=UTC)


def production(folder: Path, **changes: str) -> dict[str, str]:
    (folder / "cookie_secret").write_text(base64.urlsafe_b64encode(bytes(32)).decode())
    addresses = {
        f"SVD_ADDRESS_{entry.code.upper()}": f"https://{entry.code}.example.gov.uk"
        for entry in load().connected()
    }
    return {
        "SVD_KEYS_DIR": str(folder),
        "SVD_PORTAL_URL": "https://www.see-and-pay.example.gov.uk",
        "SVD_ONE_LOGIN_CLIENT_ID": "live",
        "DATABASE_URL": "postgresql+psycopg://db/svd",
        **addresses,
        **changes,
    }


def faults(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsFault) as found:
        Settings.from_environment(environ)
    return "\n".join(found.value.faults)


def test_production_needs_no_word_that_it_is_production(tmp_path: Path) -> None:
    settings = Settings.from_environment(production(tmp_path))
    assert settings.mode == "production"
    assert settings.secure
    assert settings.one_login_issuer == "https://oidc.account.gov.uk/"
    assert settings.one_login_did_url == "https://identity.account.gov.uk/.well-known/did.json"
    assert settings.form_action_origins == (
        "https://oidc.account.gov.uk",
        "https://www.payments.service.gov.uk",
    )
    assert settings.hosts == ["www.see-and-pay.example.gov.uk"]


def test_the_demonstration_is_on_this_machine(tmp_path: Path) -> None:
    settings = Settings.from_environment(demonstration(tmp_path))
    assert settings.portal_url == "http://localhost:8000"
    assert settings.one_login_issuer == "http://127.0.0.1:8101/"
    assert settings.cookie_secret() == bytes(32)


def test_an_empty_environment_is_told_everything_at_once() -> None:
    said = faults({"SVD_STATE_DIR": "/nowhere"})
    for name in ("SVD_PORTAL_URL", "DATABASE_URL", "SVD_ONE_LOGIN_CLIENT_ID", "SVD_KEYS_DIR"):
        assert name in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"FLASK_DEBUG": "1"}, "Debugging"),
        ({"SVD_PORTAL_URL": "http://see.example.gov.uk"}, "SVD_PORTAL_URL must be an https://"),
        ({"SVD_ADDRESS_DWP": "http://dwp.example.gov.uk"}, "SVD_ADDRESS_DWP must be an https://"),
        ({"SVD_ADDRESS_ONE_LOGIN": "https://127.0.0.1:8101"}, "not a simulator"),
        ({"SVD_ADDRESS_GOVUK_PAY": "https://127.0.0.1:8109"}, "must be GOV.UK Pay itself"),
        ({"SVD_ADDRESS_GOVUK_PAY_PAGES": "https://pay.example"}, "must be GOV.UK Pay itself"),
        ({"SVD_ONE_LOGIN_CLIENT_ID": "see-and-pay-demonstration"}, "must not be the demonstr"),
        ({"SVD_MODE": "production", "SVD_DEMONSTRATION": "1"}, "contradict"),
        ({"SVD_PORT": "http"}, "SVD_PORT"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL"),
        ({"VAULT_URL": "postgresql://x"}, "VAULT_URL"),
    ],
)
def test_production_refuses(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    assert said in faults(production(tmp_path, **changes))


def test_production_refuses_the_demonstrations_keys(tmp_path: Path) -> None:
    (tmp_path / "dwp_seal.jwk.json").write_text("{}")
    assert "demonstration's keys" in faults(production(tmp_path))


def test_a_fault_never_repeats_a_secret(tmp_path: Path) -> None:
    said = faults(production(tmp_path, DATABASE_URL="mysql://svd:very-secret@db/svd"))
    assert "very-secret" not in said


def test_dates_and_times_are_written_as_people_say_them(portal: Flask) -> None:
    with portal.test_request_context():
        assert long_date(date(2026, 1, 12)) == "12 January 2026"
        assert long_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"
        assert clock_time(NOW) == "3:12pm"
        assert clock_time(NOW, seconds=True) == "3:12:25pm"
        assert clock_time(datetime(2026, 1, 14, 6, 0, tzinfo=UTC)) == "6am"
        assert clock_time(datetime(2026, 1, 14, 12, 0, tzinfo=UTC)) == "midday"
        assert clock_time(datetime(2026, 7, 1, 23, 0, tzinfo=UTC)) == "midnight"
        assert day_and_time(datetime(2026, 1, 14, 6, 0, tzinfo=UTC)) == "6am on 14 January 2026"
