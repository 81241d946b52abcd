"""A process whose machine's clock is wrong says so: leases that replicas share are kept by it."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

import config
import helpdesk
from terminal.demo import demo_settings
from wiring import whole

pytestmark = pytest.mark.both_engines


def test_a_process_whose_clock_is_off_the_database_servers_is_not_ready(world, database_url):
    settings = config.load(None, demo_settings(world, database_url))
    parts = whole.build(settings, clock=helpdesk.now, machine=lambda: helpdesk.now() + timedelta(seconds=12))

    client = TestClient(parts.web)
    checks, figures = client.get("/readyz").json()["checks"], client.get("/metrics").text
    parts.stop()

    if parts.db.is_sqlite:
        assert "clock" not in checks
        assert "clock_drift_seconds" not in figures
    else:
        words = "seconds ahead of the database server's"
        assert checks["clock"] in [f"this machine's clock is {seconds} {words}" for seconds in (11, 12)]
        assert "clock_drift_seconds 1" in figures
